import CProductTiles

/// A form of the matrix product; every one gives the same bits.
public enum ProductVariant: Int, Sendable, CaseIterable {
  /// The plain triple loop, the reference for the others.
  case plain
  /// Register tiles in the instruction set that every processor of the kind has (SSE2, NEON).
  case baseline
  /// Register tiles of 256 bits.
  case avx2
  /// Register tiles of 512 bits.
  case avx512

  /// Those that this machine can run.
  public static var supported: [ProductVariant] {
    allCases.filter { $0.tileIndex <= product_tiles_widest() }
  }

  /// The one to take when nothing else is asked for.
  public static var fastest: ProductVariant { ProductVariant(tileIndex: product_tiles_widest()) }

  private init(tileIndex: Int32) {
    self = ProductVariant(rawValue: Int(tileIndex) + 1) ?? .plain
  }

  /// Its place in the table of tiles; -1 for the plain form, which has none.
  var tileIndex: Int32 { Int32(rawValue) - 1 }
}

/// A number that has register tiles of its own.
protocol TiledScalar: Arithmetic, RunningSum where Sum == Self {
  /// The loops of a variant that has tiles and is supported.
  static func tiles(_ index: Int32) -> product_tiles
}

extension Double: TiledScalar {
  static func tiles(_ index: Int32) -> product_tiles {
    guard let tiles = unsafe product_tiles_double(index) else { preconditionFailure("no tiles") }
    return unsafe tiles.pointee
  }
}

extension Float: TiledScalar {
  static func tiles(_ index: Int32) -> product_tiles {
    guard let tiles = unsafe product_tiles_float(index) else { preconditionFailure("no tiles") }
    return unsafe tiles.pointee
  }
}
