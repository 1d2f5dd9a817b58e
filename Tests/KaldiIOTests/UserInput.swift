import Files
import KaldiIO

// In these tests a string is what a user typed, unless a test says that it was found.

extension TensorSource {
  init(_ typed: String, options: Options = .init()) throws(KaldiIOError) {
    try self.init(TypedName(typed), options: options)
  }
}

extension ByteSource {
  static func open(file path: String) throws(KaldiIOError) -> ByteSource {
    try open(DataPath(path))
  }
}

@discardableResult
func copyTensors(
  from input: String, to output: String, options: CopyOptions = .init()
) throws -> Int {
  try copyTensors(from: .typed(TypedName(input)), to: TypedName(output), options: options)
}
