/// Evenly spaced numbers, bit for bit as NumPy's `linspace` gives them.
///
///     step = fl(fl(b - a) / (count - 1))        element i = fl(fl(i · step) + a)
///
/// The last element is exactly `b`; `count == 1` gives `a`. Where the step underflows to zero, element
/// `i` is `fl(fl(fl(i / (count - 1)) · fl(b - a)) + a)`, as in NumPy.
///
/// - Parameters:
///   - start: The first element.
///   - end: The last element.
///   - count: How many elements.
/// - Returns: The elements in rising index.
public func linspace(_ start: Double, _ end: Double, count: Int) -> [Double] {
  precondition(count >= 0)
  guard count > 1 else { return count == 1 ? [start] : [] }
  let intervals = Double(count - 1)
  let step = (end - start) / intervals
  var elements = (0..<count).map { index in
    (step == 0 ? Double(index) / intervals * (end - start) : Double(index) * step) + start
  }
  elements[count - 1] = end
  return elements
}
