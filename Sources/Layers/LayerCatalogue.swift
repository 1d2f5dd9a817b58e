public import Equations

/// The layers that come with the oracle: their files, compiled in.
///
/// A new layer is a file beside these, named in `Package.swift` and in ``texts``.
public enum LayerCatalogue {
  /// The files' names and texts, in the order of the documentation.
  private static let texts: [(name: String, bytes: [UInt8])] = [
    ("lstm", PackageResources.lstm_layer),
    ("tflstm", PackageResources.tflstm_layer),
    ("sru", PackageResources.sru_layer),
    ("compact-vfsmn", PackageResources.compact_vfsmn_layer),
    ("bi-compact-vfsmn", PackageResources.bi_compact_vfsmn_layer),
    ("gru", PackageResources.gru_layer),
    ("gru-after", PackageResources.gru_after_layer),
    ("lstmp", PackageResources.lstmp_layer),
    ("blstmp", PackageResources.blstmp_layer),
    ("elman", PackageResources.elman_layer),
    ("deepfsmn", PackageResources.deepfsmn_layer),
  ]

  /// The layers, read once; a file that does not read is left out, and a test says so.
  public static let layers: [LayerFile] = read().compactMap { try? $0.get() }

  /// Reads every file.
  ///
  /// - Returns: A layer or an error for each file.
  public static func read() -> [Result<LayerFile, LayerFileError>] {
    texts.map { text in
      Result { () throws(LayerFileError) in
        try LayerFile(
          text: String(decoding: text.bytes, as: UTF8.self), file: "\(text.name).layer")
      }
    }
  }

  /// The layer of a name.
  ///
  /// - Parameter name: The name.
  /// - Returns: The layer, if there is one.
  public static func layer(named name: String) -> LayerFile? {
    layers.first { $0.name == name }
  }
}
