/// What the command line says of frames and streams.
struct FrameOptions {
  var streams: Int?
  var lengths: [Int]?

  var areGiven: Bool { streams != nil || lengths != nil }

  var words: String {
    if let lengths {
      return "streams of \(lengths.map(String.init).joined(separator: ",")) frames"
    }
    return "\(streams ?? 1) streams"
  }

  init(_ arguments: Arguments) throws(Trouble) {
    streams = arguments.integer(InspectCommand.streams)
    guard let text = arguments.text(InspectCommand.lengths) else { return }
    guard streams == nil else {
      throw Trouble("inspect: --streams and --lengths say the same thing; give one of them")
    }
    var lengths: [Int] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let length = Int(word), length > 0 else {
        throw Trouble(
          "inspect: option --lengths needs whole numbers such as 6,4,1, not '\(text)'")
      }
      lengths.append(length)
    }
    self.lengths = lengths
  }
}
