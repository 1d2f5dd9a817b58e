import Arithmetic
import Foundation

/// Evaluates the arithmetics' functions for the independent peers in `tools/peers`.
///
/// `oracle-probe strtod COUNT [SEED]` holds so many random decimals, read by both of the readers of
/// text, to the platform's `strtod`; see ``NumberTrial``. Without arguments it
/// reads lines `exp|tanh|sigmoid <bits of a double in hex>` and prints, for each, the bits in hex of:
/// the `Double` result; the `DoubleDouble` result's high and low; the `Ball` result's midpoint, high
/// and low, and its radius; the `Float` result for the argument rounded to float; the double that the
/// ball proves nearest, or `-`.
@main enum Probe {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "strtod" {
      exit(NumberTrial.run(Array(arguments.dropFirst())))
    }
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count == 2, let bits = UInt64(words[1], radix: 16) else { fail(line) }
      let x = Double(bitPattern: bits)
      let (value, single): (Double, Float)
      let double: DoubleDouble
      let ball: Ball
      switch words[0] {
      case "exp":
        (value, single) = (x.exp(), Float(x).exp())
        (double, ball) = (DoubleDouble(x).exp(), Ball(x).exp())
      case "tanh":
        (value, single) = (x.tanh(), Float(x).tanh())
        (double, ball) = (DoubleDouble(x).tanh(), Ball(x).tanh())
      case "sigmoid":
        (value, single) = (x.sigmoid(), Float(x).sigmoid())
        (double, ball) = (DoubleDouble(x).sigmoid(), Ball(x).sigmoid())
      default:
        fail(line)
      }
      let numbers = [
        value, double.high, double.low, ball.midpoint.high, ball.midpoint.low, ball.radius,
      ]
      let text = numbers.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
      let nearest = ball.nearestDouble.map { String($0.bitPattern, radix: 16) } ?? "-"
      print(text, String(single.bitPattern, radix: 16), nearest)
    }
  }

  /// Ends with a message about a line that is no request.
  static func fail(_ line: String) -> Never {
    let message = "oracle-probe: expected 'exp|tanh|sigmoid <hex bits>', found '\(line)'\n"
    FileHandle.standardError.write(Data(message.utf8))
    exit(2)
  }
}
