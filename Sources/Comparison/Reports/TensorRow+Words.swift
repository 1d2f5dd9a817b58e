/// What reports for people say about a row.
extension TensorRow {
  /// The element that is worst, in words; a number that is none is told from its first place on.
  var worstWords: String? {
    guard let worst else { return nil }
    let place = "\(worst.row),\(worst.column)"
    let wanted =
      "expected \(shortText(worst.expected, digits: 9)) within \(shortText(worst.bound, digits: 3))"
    if worst.actual.isNaN {
      return "not a number from \(place) on, where \(wanted) belongs"
    }
    if worst.actual.isInfinite {
      return "infinite from \(place) on, where \(wanted) belongs"
    }
    return "worst at \(place): \(wanted), found \(shortText(worst.actual, digits: 9))"
  }

  /// Why the tensor is undecided, in words; `nil` where it is not.
  var undecidedWords: String? {
    guard verdict == .undecided, let undecidedShare else { return nil }
    return
      "decides nothing: \(shortText(undecidedShare * 100, digits: 3))% of the elements that are "
      + "not 0 may err by a tenth of the root mean square or more"
  }
}

extension TextReport {
  /// What the dump's prints were taken for, where that is not what a plain print of Kaldi shows:
  /// fewer than six digits, or a fixed number of decimals.
  var printedDigits: String? {
    var names: [String: [String]] = [:]
    var order: [String] = []
    for row in report.rows where row.isCompared {
      let words: String
      if let decimals = row.decimals {
        words = "\(decimals) decimals"
      } else if let digits = row.digits, digits < PrintedDigits.leastDigits {
        words = "\(digits) significant digits"
      } else {
        continue
      }
      if names[words] == nil { order.append(words) }
      names[words, default: []].append(row.expected ?? "?")
    }
    guard !order.isEmpty else { return nil }
    return "printed with "
      + order.map { "\($0) (\((names[$0] ?? []).joined(separator: ", ")))" }
      .joined(separator: ", ")
  }
}
