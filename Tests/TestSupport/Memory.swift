import Foundation

/// How many megabytes of memory the process has now, as Linux tells.
public func residentMegabytes() throws -> Int {
  let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  let pages = status.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  return pages * 4096 >> 20
}
