import Arithmetic

/// Evaluates the arithmetics' functions for the independent peers in `tools/peers`.
@main enum Probe {
  static func main() {
    print(Double(constant: 0).sigmoid())
  }
}
