import Arithmetic
import Foundation

/// `bench`: how fast everything is, and how far from what the machine can do.
enum BenchCommand {
  static let set = Option(
    name: "set", value: .text("K=V"),
    purpose: "Time one setting of the kernel given: its first one with this dimension changed.",
    isRepeatable: true)
  static let json = Option(
    name: "json", value: .flag, purpose: "Print the results as JSON, for other programs.")
  static let threads = Option(
    name: "threads", value: .integer("N", 1...256),
    purpose: "Threads that may share a kernel's work; 1 unless given.")
  static let scalar = Option(
    name: "scalar", value: .choice(["Double", "Float"]),
    purpose: "Time these numbers only; both unless given.")
  static let seconds = Option(
    name: "seconds", value: .magnitude("S"),
    purpose: "How long to sample each piece of work; 0.3 unless given, 0 takes one sample.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "bench",
      purpose: "Times kernels forward and backward, the dump, and work on files.",
      operands: [
        Operand(
          name: "KERNEL", count: .optional,
          purpose: "A golden case's name, or dump, text, binary, files; all of them if not given.")
      ],
      options: [set, json, threads, scalar, seconds],
      notes: [
        "Times are of one run of the pass, the median of all samples; 'spread' is what separates"
          + " the quarters next to it. A kernel on one thread is timed by that thread's processor"
          + " time, all else by the clock on the wall.",
        "A kernel's limit is a loop of multiplications and additions on registers alone, without"
          + " fused operations, which would change bits; that of files is a copy of memory."
          + " Comparing counts both archives' bytes; 'compare-differing' takes one that differs in the"
          + " last bit of every number.",
      ],
      example: .init(
        command: "nnet-oracle bench sru --set T=3 --scalar Double --seconds 0",
        output: """
          limits of a thread, measured: …
          """)),
    run: { (arguments, output) throws(Trouble) in try run(arguments, &output) })

  private static func run(
    _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    let subjects = try plan(arguments)
    var benchmark = Benchmark(
      seconds: arguments.number(seconds) ?? 0.3, threads: arguments.integer(threads) ?? 1,
      scalars: arguments.text(scalar).map { [$0] } ?? ["Double", "Float"])
    for (subject, dimensions) in subjects { try benchmark.run(subject, dimensions) }
    guard arguments.isOn(json) else {
      try output.write(table(benchmark))
      return .success
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      let report = BenchReport(
        variant: "\(ProductVariant.fastest)", limits: benchmark.limits,
        results: benchmark.results)
      let bytes = try encoder.encode(report)
      try output.writeLine(String(decoding: bytes, as: UTF8.self))
    } catch {
      throw Trouble(error)
    }
    return .success
  }

  /// What to time, at which settings.
  private static func plan(
    _ arguments: Arguments
  ) throws(Trouble) -> [(BenchSubject, [BenchDimension])] {
    guard let name = arguments.operands.first else {
      guard !arguments.has(set) else {
        throw Trouble("bench: --set changes one kernel, but none is named")
      }
      return BenchSubject.all.flatMap { subject in
        subject.settings.map { (subject, subject.dimensions($0)) }
      }
    }
    let subject = try BenchSubject.named(name)
    if arguments.has(set) {
      return [(subject, try subject.changed(by: arguments.texts(set)))]
    }
    return subject.settings.map { (subject, subject.dimensions($0)) }
  }

  private static func table(_ benchmark: Benchmark) -> String {
    let limits = benchmark.limits
    return """
      limits of a thread, measured: \(limits.doubleGigaflops) GFLOP/s in Double, \
      \(limits.floatGigaflops) in Float, copy \(Int(limits.copyMegabytesPerSecond)) MB/s

      """ + columns([Measurement.headings] + benchmark.results.map(\.cells))
  }
}
