import Arithmetic

// Until balls land: about 106 bits, unproven.
typealias Ball = DoubleDouble

extension DoubleDouble {
  var nearestDouble: Double? { high }
  var radius: Double { 0 }
}
