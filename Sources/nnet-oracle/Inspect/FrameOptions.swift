/// What the command line says of frames and streams.
struct FrameOptions {
  static let streams = Option(
    name: "streams", value: .integer("N", 1...Int.max),
    purpose: "The matrix is time-major and holds N streams.")
  static let lengths = Option(
    name: "lengths", value: .text("A,B,…"),
    purpose: "The matrix is time-major; its streams have so many frames, padded to the longest.")

  var streams: Int?
  var lengths: [Int]?

  var areGiven: Bool { streams != nil || lengths != nil }

  var words: String {
    if let lengths {
      return "streams of \(lengths.map(String.init).joined(separator: ",")) frames"
    }
    return "\(streams ?? 1) streams"
  }

  init(_ arguments: Arguments, command: String) throws(Trouble) {
    streams = arguments.integer(Self.streams)
    guard let text = arguments.text(Self.lengths) else { return }
    guard streams == nil else {
      throw Trouble("\(command): --streams and --lengths say the same thing; give one of them")
    }
    var lengths: [Int] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let length = Int(word), length > 0 else {
        throw Trouble(
          "\(command): option --lengths needs whole numbers such as 6,4,1, not '\(text)'")
      }
      lengths.append(length)
    }
    self.lengths = lengths
  }
}
