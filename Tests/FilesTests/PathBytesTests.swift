import Files
import TestSupport
import Testing

@Suite struct PathBytesTests {
  @Test func `every name's bytes come back, whatever they are`() {
    var generator = SeededGenerator(seed: 12)
    let whole: [[UInt8]] = [
      Array("plain.mat".utf8), Array("größe-層.txt".utf8), [0xff, 0xfe], [0x61, 0xc3],
      [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x8f, 0xbe, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xc0, 0xaf],
    ]
    let random = (0..<2000).map { _ in
      (0..<generator.next(below: 12)).map { _ in UInt8(1 + generator.next(below: 255)) }
    }
    for bytes in whole + random {
      let text = String(pathBytes: bytes)
      #expect(text.pathBytes == bytes)
      #expect(String(pathBytes: text.pathBytes).unicodeScalars.elementsEqual(text.unicodeScalars))
    }
    #expect(String(pathBytes: Array("größe".utf8)) == "größe")
  }

  @Test func `nothing that moves, hides or reorders reaches a terminal`() {
    let hostile = "a\u{1b}[31m\u{9b}2J\u{202e}\u{2066}\u{7}\u{7f}\u{200f}\u{2028}\r\n\tb"
    let text = hostile.escapedForTerminal
    #expect(
      text
        == "a\\x1b[31m\\x9b2J\\u{202e}\\u{2066}\\x07\\x7f\\u{200f}\\u{2028}\\r\\n\\tb")
    #expect(hostile.linesEscapedForTerminal.filter { $0 == "\n" }.count == 1)
    #expect(String(pathBytes: [0x61, 0xff]).escapedForTerminal == "a\\xff")
    for scalar in (0...0x10ffff as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init) {
      let escaped = String(scalar).escapedForTerminal
      if escaped.unicodeScalars.contains(where: \.isUnsafeForTerminal) {
        Issue.record("U+\(String(scalar.value, radix: 16))")
      }
    }
    #expect("größe – 層 ok".escapedForTerminal == "größe – 層 ok")
  }

  @Test(
    "A description's path stays below its folder",
    arguments: [
      "", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "a/../\u{301}b", "/\u{301}etc", "a\0b",
    ])
  func refused(path: String) {
    #expect(DataPath("golden").below(path) == nil)
  }

  @Test func `paths are equal when their bytes are`() {
    #expect(DataPath("e\u{301}") != DataPath("\u{e9}"))
    #expect(Set([DataPath("e\u{301}"), DataPath("\u{e9}")]).count == 2)
    #expect(DataPath("a").below("b/c.txt") == DataPath("a/b/c.txt"))
    #expect(DataPath("a/b.tar.gz").stem == "b.tar")
    #expect(DataPath("a/.hidden").stem == ".hidden")
  }
}
