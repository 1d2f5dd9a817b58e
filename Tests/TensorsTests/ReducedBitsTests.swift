import Tensors
import Testing

/// Numbers of few bits, against the encodings that everybody knows of a third, a tenth and π.
@Suite struct ReducedBitsTests {
  @Test(
    "rounded to bfloat16 and float16",
    arguments: [
      // bfloat16 0x3eab, 0x3dcd, 0x4049; float16 0x3555, 0x2e66, 0x4248.
      (1.0 / 3, 0.333984375, 0.333251953125), (0.1, 0.10009765625, 0.0999755859375),
      (.pi, 3.140625, 3.140625), (-.pi, -3.140625, -3.140625), (0, 0, 0),
    ] as [(Double, Double, Double)])
  func rounded(value: Double, bfloat16: Double, float16: Double) {
    #expect(value.rounded(toBits: 8) == bfloat16)
    #expect(value.rounded(toBits: 11) == float16)
  }

  @Test("cut off, tied to even, and left alone where there is no number")
  func edges() {
    #expect(0.1.rounded(toBits: 8, .towardZero) == 0.099609375)
    #expect(257.0.rounded(toBits: 8) == 256 && 259.0.rounded(toBits: 8) == 260)
    #expect(Double.infinity.rounded(toBits: 8) == .infinity && Double.nan.rounded(toBits: 8).isNaN)
    #expect(1.5.spacing(ofBits: 8) == 0x1p-7 && 0.0.spacing(ofBits: 8) == 0)
  }
}
