/// What a command was given, checked against its declaration.
struct Arguments: Sendable {
  /// The words without a name, in order.
  let operands: [String]
  /// Every value of every option that was given, by the option's name.
  let values: [String: [String]]

  /// Whether an option was given at all.
  func has(_ option: Option) -> Bool { values[option.name] != nil }

  /// The option's last value.
  func text(_ option: Option) -> String? { values[option.name]?.last }

  /// All of the option's values, in the order given.
  func texts(_ option: Option) -> [String] { values[option.name] ?? [] }

  /// The option's last value as the whole number it was checked to be.
  func integer(_ option: Option) -> Int? { text(option).flatMap { Int($0) } }

  /// The option's last value as the number it was checked to be.
  func number(_ option: Option) -> Double? { text(option).flatMap { Double($0) } }

  /// A flag's state, nil if it was not given.
  func flag(_ option: Option) -> Bool? { text(option).flatMap { truth($0) } }

  /// Whether a flag is on; not given is off.
  func isOn(_ option: Option) -> Bool { flag(option) ?? false }
}

/// The words Kaldi takes for yes and no.
func truth(_ word: String) -> Bool? {
  switch word.lowercased() {
  case "true", "t", "1": true
  case "false", "f", "0": false
  default: nil
  }
}
