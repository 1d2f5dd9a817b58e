import Tensors
import Testing

/// The seeded generator against an independent program.
///
/// The numbers were computed in Python with whole numbers from the algorithm as published (Steele,
/// Lea, Flood 2014); those of seed 1234567 are also the ones its authors' successors print as a test
/// (0x599ED017FB08FC85 first).
@Suite struct SplitMix64Tests {
  @Test(
    arguments: [
      (
        UInt64(0),
        [
          0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f,
          0xf88b_b8a8_724c_81ec, 0x1b39_896a_51a8_749b,
        ]
      ),
      (
        1,
        [
          0x910a_2dec_8902_5cc1, 0xbeeb_8da1_658e_ec67, 0xf893_a2ee_fb32_555e,
          0x71c1_8690_ee42_c90b, 0x71bb_54d8_d101_b5b9,
        ]
      ),
      (
        1_234_567,
        [
          0x599e_d017_fb08_fc85, 0x2c73_f084_5854_0fa5, 0x883e_bce5_a3f2_7c77,
          0x3fbe_f740_e917_7b3f, 0xe3b8_3467_08cb_5ecd,
        ]
      ),
      (
        .max,
        [
          0xe4d9_7177_1b65_2c20, 0xe99f_f867_dbf6_82c9, 0x382f_f84c_b272_81e9,
          0x6d1d_b36c_cba9_82d2, 0xb4a0_472e_5780_69ae,
        ]
      ),
    ] as [(UInt64, [UInt64])])
  func `a seed gives the published numbers`(_ seed: UInt64, _ expected: [UInt64]) {
    var generator = SplitMix64(seed: seed)
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test func `symmetric and bell-shaped numbers follow from the bits`() {
    var generator = SplitMix64(seed: 5)
    #expect(
      (0..<4).map { _ in generator.nextSymmetric() } == [
        -0.226463908032132, 0.5046140316764478, -0.5345816686450764, -0.801321177346795,
      ])
    generator = SplitMix64(seed: 5)
    #expect(
      (0..<4).map { _ in generator.nextBell() } == [
        -0.846572982823975, 1.2833742746224268, 0.7443729297626572, -0.5389216569416039,
      ])
  }

  @Test func `the numbers have the range, mean and variance they promise`() {
    var generator = SplitMix64(seed: 2024)
    let symmetric = (0..<20_000).map { _ in generator.nextSymmetric() }
    #expect(symmetric.allSatisfy { $0 >= -1 && $0 < 1 })
    let bell = (0..<20_000).map { _ in generator.nextBell() }
    let mean = bell.reduce(0, +) / 20_000
    let variance = bell.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
    #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.05)
  }
}
