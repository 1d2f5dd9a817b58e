/// Exact values of the elementary functions, each as a sum of three doubles.
///
/// Made by `tools/constants/table.py` from Arb (python-flint), 4,000 bits; the sum is within 2⁻¹⁵⁶
/// of the exact value, relative to it.
struct ElementaryValue: Sendable {
  let x, high, middle, low: Double

  init(_ x: Double, _ high: Double, _ middle: Double, _ low: Double) {
    (self.x, self.high, self.middle, self.low) = (x, high, middle, low)
  }

  static let exp = [
    ElementaryValue(
      0x1p-60, 0x1p0,
      0x1p-60, 0x1p-121),
    ElementaryValue(
      -0x1p-30, 0x1.fffffff8p-1,
      0x1.fffffffd55555p-62, 0x1.55ffffffff777p-116),
    ElementaryValue(
      0x1.999999999999ap-4, 0x1.1aec7b35a00d4p0,
      -0x1.77d498b0e382ap-54, 0x1.e1d18b22e0fafp-109),
    ElementaryValue(
      -0x1.3333333333333p-2, 0x1.7b4c869c37c05p-1,
      -0x1.0a730392f0d98p-59, 0x1.069fae034fb2ap-113),
    ElementaryValue(
      0x1.62e42fefa39efp-2, 0x1.6a09e667f3bccp0,
      0x1.f68d3de197eeap-54, 0x1.58b338cee6a69p-108),
    ElementaryValue(
      -0x1.62e42fefa39fp-2, 0x1.6a09e667f3bccp-1,
      0x1.23c2594027c9ep-55, -0x1.c81b9fdf618d6p-111),
    ElementaryValue(
      0x1p-1, 0x1.a61298e1e069cp0,
      -0x1.b4690082a4906p-55, -0x1.80c9c135c1d28p-109),
    ElementaryValue(
      -0x1p0, 0x1.78b56362cef38p-2,
      -0x1.ca8a4270fadf5p-57, -0x1.837912b3fd2aap-111),
    ElementaryValue(
      0x1.8p0, 0x1.1ed3fe64fc541p2,
      0x1.5f6e4658d43eap-52, -0x1.0de17ce1b17b9p-107),
    ElementaryValue(
      0x1.8p1, 0x1.415e5bf6fb106p4,
      -0x1.a568407591768p-53, 0x1.d1c82c2c1cb94p-107),
    ElementaryValue(
      -0x1p3, 0x1.5fc21041027adp-12,
      -0x1.100cae61fc046p-66, -0x1.c2a5b80869017p-121),
    ElementaryValue(
      0x1.14p4, 0x1.d94295464477bp24,
      -0x1.9f265eafebf28p-31, -0x1.1f59d010eac0fp-87),
    ElementaryValue(
      -0x1.3p4, 0x1.81056ff2c5772p-28,
      -0x1.6203c1b890129p-82, 0x1.d8a9f21002077p-136),
    ElementaryValue(
      0x1.26p5, 0x1.0366c5a66e86ap53,
      -0x1.2eb2a23c2971p-1, -0x1.08b3713f95268p-55),
    ElementaryValue(
      -0x1.4p5, 0x1.39792499b1a24p-58,
      0x1.4aa50a41ade9fp-113, 0x1.088ac72fcf201p-167),
    ElementaryValue(
      0x1.9p6, 0x1.3494a9b171bf5p144,
      -0x1.4cf76bdb3376fp90, -0x1.79acbba9139ecp36),
    ElementaryValue(
      -0x1.ccp8, 0x1.489efeb4f052ep-664,
      0x1.bd96d0095296cp-721, -0x1.c020785646bc9p-775),
    ElementaryValue(
      0x1.ccp8, 0x1.8edac1ace3095p663,
      0x1.ebfc5a29723bcp608, -0x1.9b9a87876dce8p554),
    ElementaryValue(
      0x1.7bcb6cfc69b38p-1, 0x1.0cc269c5d67d4p1,
      -0x1.a85732ea4f655p-53, 0x1.868b04825659ap-112),
    ElementaryValue(
      0x1.f97000636b566p-1, 0x1.578244613f5d2p1,
      -0x1.dca9f5174f7a1p-55, 0x1.19370bc45c9e4p-109),
    ElementaryValue(
      -0x1.aefd7147e37c8p-3, 0x1.9ed5b328c677ap-1,
      0x1.66f084d7fd687p-55, -0x1.74e9eefbe6e09p-109),
    ElementaryValue(
      -0x1.648dc981eb528p-1, 0x1.fe571720900bap-2,
      0x1.46a822028374ap-57, 0x1.58fc7c4e1768bp-111),
    ElementaryValue(
      0x1.7025ab3541caep-1, 0x1.06b6e562ed22ap1,
      0x1.a04966c01c7d8p-53, -0x1.b94613421b4fbp-109),
    ElementaryValue(
      0x1.28dbc62cd8918p-2, 0x1.56176e233abc6p0,
      -0x1.725b431b849a8p-56, 0x1.521ac4ee45744p-112),
    ElementaryValue(
      -0x1.8b83787da0928p-3, 0x1.a6155571a4e67p-1,
      -0x1.e3586ae4f600cp-55, 0x1.182627e139856p-112),
    ElementaryValue(
      -0x1.4488e0cea6d38p-2, 0x1.74ee9ab3fc938p-1,
      -0x1.39677cf413ecbp-55, -0x1.766a058b713e5p-109),
    ElementaryValue(
      -0x1.76bdaf1380946p4, 0x1.2826da04568b4p-34,
      0x1.b1feabbc2a095p-90, 0x1.95fb03d523599p-144),
    ElementaryValue(
      -0x1.5e31bad40207cp2, 0x1.137ebae8ae4edp-8,
      0x1.fbf6c1637fd0fp-62, 0x1.6bd46656190e9p-116),
    ElementaryValue(
      -0x1.e74aad72deebp3, 0x1.0587b6c5f5a7bp-22,
      0x1.5d84cc3cb495bp-77, -0x1.ee758d659cb87p-131),
    ElementaryValue(
      0x1.ad60eafe345c8p3, 0x1.4825a4c54f6b8p19,
      0x1.7b8574b40f436p-35, 0x1.d8459c044b5b3p-89),
    ElementaryValue(
      -0x1.06b969044babap4, 0x1.3d7d3839ed92bp-24,
      -0x1.9ffec83f39781p-78, 0x1.5f030b8782e6dp-132),
    ElementaryValue(
      0x1.04afefb35169p4, 0x1.6b7cdad2a517fp23,
      0x1.625c902b0ee5p-32, -0x1.548f89040026cp-86),
    ElementaryValue(
      -0x1.d5ccda9811ff9p3, 0x1.c3c375852529ap-22,
      0x1.962ba620f0f9cp-79, -0x1.504c9d44bb63dp-134),
    ElementaryValue(
      -0x1.31aa0ff48dee4p2, 0x1.1438b17798de1p-7,
      -0x1.75dac53e7ec8cp-62, -0x1.cbedaf31dbed9p-116),
    ElementaryValue(
      0x1.aab36f5d617a2p8, 0x1.83d5b495d1397p615,
      0x1.52f53b2078066p561, 0x1.98fffc7bab18ep502),
    ElementaryValue(
      0x1.0207947245568p9, 0x1.6e18512d48ec4p744,
      -0x1.6f96cdeaa92f8p690, -0x1.af8fbb3db2fabp636),
    ElementaryValue(
      0x1.5039606a1acd8p8, 0x1.0c84e80660c43p485,
      0x1.8d87ed5c5e801p431, -0x1.1c9e940bf0c44p376),
    ElementaryValue(
      -0x1.e94d8dbf00142p7, 0x1.07a8f10636236p-353,
      0x1.3812ee60b06e8p-407, 0x1.c7691c4044688p-464),
    ElementaryValue(
      0x1.b19ebd5bb6cacp7, 0x1.bae0e7c5caebdp312,
      -0x1.773c9e837ae78p257, 0x1.2e42066186acbp201),
    ElementaryValue(
      0x1.1f434858a8f6cp8, 0x1.59869bda4dd42p414,
      -0x1.7b2fa5c8d9835p360, 0x1.aa1d32457bc48p305),
    ElementaryValue(
      -0x1.c8a93cd1c8f42p8, 0x1.217acd353e9a5p-659,
      -0x1.eb59737e190c2p-713, -0x1.aa018ae37c7ddp-768),
    ElementaryValue(
      0x1.eedf10a9f2d04p7, 0x1.f6ee9e4004729p356,
      0x1.3b43404f7c7cdp302, 0x1.d53c604aa1f98p246),
  ]

  static let tanh = [
    ElementaryValue(
      0x1p-60, 0x1p-60,
      -0x1.5555555555555p-182, -0x1.5555555555555p-236),
    ElementaryValue(
      -0x1p-30, -0x1p-30,
      0x1.5555555555555p-92, 0x1.5333333333333p-146),
    ElementaryValue(
      0x1.999999999999ap-4, 0x1.983d7795f413ap-4,
      0x1.0562af1da747bp-58, 0x1.2c8577b1a1569p-114),
    ElementaryValue(
      -0x1.3333333333333p-2, -0x1.2a4dda7d914fap-2,
      0x1.dcaef7d34268ap-58, 0x1.88cf5ff67bc6ap-113),
    ElementaryValue(
      0x1.62e42fefa39efp-2, 0x1.5555555555555p-2,
      0x1.2e68fcb5b1c3ap-57, -0x1.a6a0d69c98185p-111),
    ElementaryValue(
      -0x1.62e42fefa39fp-2, -0x1.5555555555556p-2,
      -0x1.2b6b0f488e2acp-59, -0x1.481776f045bcap-115),
    ElementaryValue(
      0x1p-1, 0x1.d9353d7568af3p-2,
      0x1.944a3b887196cp-56, 0x1.1a74f9932bd06p-111),
    ElementaryValue(
      -0x1p0, -0x1.85efab514f394p-1,
      -0x1.5618caf8a4f11p-55, 0x1.8b019d4332785p-109),
    ElementaryValue(
      0x1.8p0, 0x1.cf6f9786df577p-1,
      0x1.834edd51ae31ep-55, -0x1.981689823057bp-110),
    ElementaryValue(
      0x1.8p1, 0x1.fd77d111a0bp-1,
      -0x1.df50f574f4805p-57, 0x1.7961282bbea32p-111),
    ElementaryValue(
      -0x1p3, -0x1.fffff872a91f8p-1,
      -0x1.a43b839b4eb63p-55, 0x1.11b942d0ea1b4p-109),
    ElementaryValue(
      0x1.14p4, 0x1.fffffffffffedp-1,
      0x1.17e8893894862p-55, -0x1.25236a0fa4ebcp-110),
    ElementaryValue(
      -0x1.3p4, -0x1.fffffffffffffp-1,
      -0x1.bceea52a399fap-55, -0x1.b16ac9638c2b7p-110),
    ElementaryValue(
      0x1.26p5, 0x1p0,
      -0x1.f2a91f0e029bfp-106, 0x1.a5ef11173d243p-161),
    ElementaryValue(
      -0x1.4p5, -0x1p0,
      0x1.7fd974d372e45p-115, -0x1.e423729d4c8bbp-169),
    ElementaryValue(
      0x1.9p6, 0x1p0,
      -0x1.6061812054cfap-288, 0x1.16cc4f9f52eep-343),
    ElementaryValue(
      -0x1.ccp8, -0x1p0,
      0x0p0, 0x0p0),
    ElementaryValue(
      0x1.ccp8, 0x1p0,
      -0x0p0, -0x0p0),
    ElementaryValue(
      -0x1.9803f2461c9d2p-1, -0x1.531960e587f15p-1,
      -0x1.13a82d03c3748p-57, -0x1.38208903d6ba1p-111),
    ElementaryValue(
      -0x1.6a9b04ea724p-7, -0x1.6a973afc1a544p-7,
      -0x1.fb28b66003c78p-63, 0x1.4c4bf3a710af8p-118),
    ElementaryValue(
      0x1.36a3790568e6p-3, 0x1.34472e37826e3p-3,
      0x1.8c550adcc61f4p-57, 0x1.3c430fa085815p-113),
    ElementaryValue(
      0x1.9d6f5a920a106p-1, 0x1.561ec16c66155p-1,
      -0x1.487cc3e47a24bp-57, -0x1.62541ec13e888p-112),
    ElementaryValue(
      -0x1.18068faf274p-1, -0x1.fe2b4d672a987p-2,
      0x1.de7b9ef410812p-59, -0x1.83e07f2902ad7p-115),
    ElementaryValue(
      -0x1.4ed789d66dbe4p-1, -0x1.2611070c836d4p-1,
      0x1.2a7eb39df43b9p-60, 0x1.0d7741d3cc37fp-116),
    ElementaryValue(
      -0x1.25742dd4199p-4, -0x1.24f3e888b9832p-4,
      -0x1.d1de2399e0af9p-59, 0x1.b104dcf89b306p-113),
    ElementaryValue(
      0x1.418554ae5895p-3, 0x1.3ee7b6e8155dfp-3,
      0x1.ba9b73e865d09p-59, 0x1.c2d81a4a851b5p-113),
    ElementaryValue(
      0x1.f9e86e15bb0ep2, 0x1.fffff6dd3a6b7p-1,
      0x1.3be6a67d1826ap-55, -0x1.dad91f4d2eb27p-114),
    ElementaryValue(
      0x1.a143b500d0cep3, 0x1.ffffffffeb3cdp-1,
      -0x1.d8072222ee2dcp-55, 0x1.8808830bae6e1p-109),
    ElementaryValue(
      0x1.17652b158ab6p3, 0x1.fffffe3ffeabcp-1,
      -0x1.7dc7700d3615ep-56, 0x1.c69aa1125e96dp-112),
    ElementaryValue(
      -0x1.4b07767e3c2bcp3, -0x1.ffffffee3a1abp-1,
      -0x1.b6b5e3b4bc53fp-57, -0x1.7e849f4e0734dp-111),
    ElementaryValue(
      0x1.f1add43e854p-5, 0x1.f111514f46483p-5,
      0x1.d7e7e2bbc8371p-59, 0x1.714a227702393p-114),
    ElementaryValue(
      0x1.09acf374f74bap4, 0x1.fffffffffffbcp-1,
      -0x1.143ecb8f5a543p-57, 0x1.8ae3fe244badp-112),
    ElementaryValue(
      -0x1.86b51ee9c04dp2, -0x1.fffeb1a45ac57p-1,
      -0x1.4e1d241438fd8p-61, 0x1.da1c8e9bdda03p-115),
    ElementaryValue(
      -0x1.1e2c91fa2a2a8p4, -0x1.ffffffffffffbp-1,
      0x1.ff8948d7b656ep-56, -0x1.d0053ba6bb23p-110),
    ElementaryValue(
      -0x1.acefb06eb0d72p8, -0x1p0,
      0x0p0, 0x0p0),
    ElementaryValue(
      -0x1.6f80f88bc23a2p7, -0x1p0,
      0x1.befd9f2f1464fp-530, -0x1.b7f33cc2b4ad4p-584),
    ElementaryValue(
      -0x1.f36e0b284408p3, -0x1.ffffffffffe0cp-1,
      0x1.f2b250dda1b4bp-55, 0x1.17d595a7866f5p-110),
    ElementaryValue(
      0x1.c21a064ee5d84p8, 0x1p0,
      -0x0p0, -0x0p0),
    ElementaryValue(
      0x1.18856b59be42p6, 0x1p0,
      -0x1.90cd9c674d2e3p-202, 0x1.bd1e9e64111dep-256),
    ElementaryValue(
      0x1.c3f16eacb9fap7, 0x1p0,
      -0x1.fa54d4b82648ap-652, 0x1.021409695567ap-707),
    ElementaryValue(
      0x1.7d2d357d2a4fp7, 0x1p0,
      -0x1.0e4c9567dd411p-549, 0x1.aa1b54938f007p-603),
    ElementaryValue(
      -0x1.b99b9673fdd7p8, -0x1p0,
      0x0p0, 0x0p0),
  ]

  static let sigmoid = [
    ElementaryValue(
      0x1p-60, 0x1p-1,
      0x1p-62, -0x1.5555555555555p-186),
    ElementaryValue(
      -0x1p-30, 0x1.fffffffcp-2,
      0x1.5555555555555p-96, 0x1.54ccccccccccdp-150),
    ElementaryValue(
      0x1.999999999999ap-4, 0x1.0cca12729afb8p-1,
      -0x1.ceb94e42d87dcp-56, 0x1.8900fb6790a92p-110),
    ElementaryValue(
      -0x1.3333333333333p-2, 0x1.b3c5574372aebp-2,
      -0x1.292a31d158c37p-57, -0x1.9e1eb426470c9p-111),
    ElementaryValue(
      0x1.62e42fefa39efp-2, 0x1.2bec333018867p-1,
      -0x1.3c993e534c72bp-56, -0x1.c9a843dd5ea1ap-113),
    ElementaryValue(
      -0x1.62e42fefa39fp-2, 0x1.a827999fcef32p-2,
      0x1.1089c5cf7e651p-58, 0x1.5c2908ebe1342p-113),
    ElementaryValue(
      0x1p-1, 0x1.3eb2fd4d34391p-1,
      -0x1.0765394713dc7p-55, 0x1.390191c27454cp-109),
    ElementaryValue(
      -0x1p0, 0x1.136561454ba86p-2,
      0x1.35dae23bc734ap-56, -0x1.1a74f9932bd06p-112),
    ElementaryValue(
      0x1.8p0, 0x1.a2991f2a97914p-1,
      0x1.39d5832bf78fbp-57, 0x1.1448060b1351ep-113),
    ElementaryValue(
      0x1.8p1, 0x1.e7b7cbc36fabcp-1,
      -0x1.3e58915728e71p-55, -0x1.981689823057bp-111),
    ElementaryValue(
      -0x1p3, 0x1.5fa3dd7d2f7a6p-12,
      -0x1.5c91b0677182bp-68, -0x1.71204b557849fp-123),
    ElementaryValue(
      0x1.14p4, 0x1.fffffeeb0b62ep-1,
      -0x1.a01287b108266p-55, 0x1.2dc0c59912b7ep-109),
    ElementaryValue(
      -0x1.3p4, 0x1.81056fce94617p-28,
      0x1.04e8b1b8462dfp-85, -0x1.45cc7e3b84453p-139),
    ElementaryValue(
      0x1.26p5, 0x1.fffffffffffffp-1,
      0x1.adad4c877b1eep-60, 0x1.190b1463a05fep-114),
    ElementaryValue(
      -0x1.4p5, 0x1.39792499b1a24p-58,
      0x1.1aa9dba73f8d7p-113, -0x1.3744bd7387c03p-167),
    ElementaryValue(
      0x1.9p6, 0x1p0,
      -0x1.a8c1f14e2af5dp-145, 0x1.43089bb228e2cp-199),
    ElementaryValue(
      -0x1.ccp8, 0x1.489efeb4f052ep-664,
      0x1.bd96d0095296cp-721, -0x1.c020785646bc9p-775),
    ElementaryValue(
      0x1.ccp8, 0x1p0,
      -0x1.489efeb4f052ep-664, -0x1.bd96d0095296cp-721),
    ElementaryValue(
      -0x1.93e8d651c878p-7, 0x1.fcd830f1ab501p-2,
      0x1.f50194e4303fbp-58, -0x1.32aca8b682a34p-113),
    ElementaryValue(
      -0x1.833553e61856p-3, 0x1.cfbe1ccab706bp-2,
      0x1.a8742ede6e4dfp-59, -0x1.0405ff1e38afdp-116),
    ElementaryValue(
      0x1.276c578a5cp-10, 0x1.0024ed8aafb9bp-1,
      -0x1.014c7a89311b5p-56, 0x1.b8990a00ec6ecp-112),
    ElementaryValue(
      -0x1.7a48af023fa9ap-1, 0x1.4b04596914f43p-2,
      -0x1.0e7c5b6f6136dp-58, 0x1.bead2ca0f7edbp-112),
    ElementaryValue(
      0x1.0cae93b48b0f2p-1, 0x1.41ab99e10dffcp-1,
      -0x1.080801e769bebp-57, -0x1.13a2c698d3a63p-111),
    ElementaryValue(
      0x1.78d6db2d9bd9p-2, 0x1.2e9494ec12752p-1,
      -0x1.57814591a13c2p-55, -0x1.6874678a5afa2p-109),
    ElementaryValue(
      -0x1.f402be7b30018p-2, 0x1.856c55c36d38bp-2,
      -0x1.3ceb511f164c8p-56, 0x1.1d447a64acf05p-113),
    ElementaryValue(
      0x1.a7cf028a5bb3p-1, 0x1.644a48521e931p-1,
      0x1.b7605db3da89cp-56, 0x1.1d1ed45e491e6p-111),
    ElementaryValue(
      0x1.f8a7f4ec786ccp3, 0x1.fffffb3ff5f8p-1,
      0x1.a758c02659485p-56, -0x1.2a9a27c2c46a9p-111),
    ElementaryValue(
      0x1.dd826d39e9516p4, 0x1.ffffffffffc27p-1,
      0x1.722cda3558b02p-56, -0x1.6f2144e512167p-110),
    ElementaryValue(
      -0x1.6c2e4d215bf4p-2, 0x1.a5e706897cddap-2,
      -0x1.39236db999046p-56, -0x1.75b3ee576840bp-110),
    ElementaryValue(
      0x1.aae20428b5a28p2, 0x1.ff59f76c557dp-1,
      0x1.d988b7b05f4b8p-55, -0x1.58a2813f2a1d7p-109),
    ElementaryValue(
      -0x1.5121b98458086p4, 0x1.84637da7b7ffdp-31,
      0x1.594f0f644024dp-85, -0x1.d115a0367fb7dp-142),
    ElementaryValue(
      0x1.5ca6a269f8544p3, 0x1.fffd91c384bfep-1,
      -0x1.430025c39a8e1p-56, 0x1.7de758c8d20aap-111),
    ElementaryValue(
      -0x1.7b25b1823fd34p3, 0x1.dfd8f456c61d2p-18,
      -0x1.0e513216fe968p-74, 0x1.1aa45a4468601p-128),
    ElementaryValue(
      -0x1.53fff2c2e633p4, 0x1.44a6d084f6d79p-31,
      0x1.b47f7bd8342acp-85, -0x1.73b83d618add8p-139),
    ElementaryValue(
      0x1.9ba8e8ba8a05ap8, 0x1p0,
      -0x1.12757ac438c1bp-594, 0x1.981cb08bd0097p-650),
    ElementaryValue(
      0x1.4630d52dd7938p7, 0x1p0,
      -0x1.a0c53d4535cffp-236, -0x1.2c740d4f0f579p-296),
    ElementaryValue(
      -0x1.668fb52d0371p5, 0x1.439f15d29fa69p-65,
      0x1.908169942977bp-119, -0x1.549eb580dbab4p-173),
    ElementaryValue(
      0x1.2d11a17ab7a3p8, 0x1p0,
      -0x1.918caa95e6484p-435, -0x1.9497523566fe6p-490),
    ElementaryValue(
      0x1.d7bc35ae32fa4p8, 0x1p0,
      -0x1.58e2c2dda4bb8p-681, -0x1.3e95fdfa6a2bcp-735),
    ElementaryValue(
      0x1.1932a2f9bc764p7, 0x1p0,
      -0x1.1dc2ca4617d1ep-203, 0x1.af6f761b95c9ep-258),
    ElementaryValue(
      0x1.cb25502169658p6, 0x1p0,
      -0x1.515dea43bfecp-166, 0x1.b4d610ae7c1aep-220),
    ElementaryValue(
      0x1.3a99360b0d8c8p8, 0x1p0,
      -0x1.1834201ca72p-454, 0x1.28d29b045ca63p-510),
  ]
}
