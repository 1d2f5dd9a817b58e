import Arithmetic

/// `bench`: times the kernels, the dump and the readers and writers.
enum BenchCommand {
  static let set = Option(
    name: "set", value: .text("K=V"),
    purpose: "Time KERNEL at this dimension, the others being the notebook's.", isRepeatable: true)
  static let json = Option(
    name: "json", value: .flag, purpose: "Print the results as JSON, for other programs.")
  static let seconds = Option(
    name: "seconds", value: .magnitude("S"),
    purpose: "Repeat every work for at least so long; 0.3 unless given.")

  static let command = Command(
    declaration: CommandDeclaration(
      name: "bench",
      purpose: "Times every kernel, the dump, and reading, writing and comparing archives.",
      operands: [
        Operand(
          name: "KERNEL", count: .optional,
          purpose: "Time this one only: " + BenchKernel.all.map(\.name).joined(separator: ", ")
            + ".")
      ],
      options: [set, json, seconds],
      notes: [
        "Kernels run on one thread, with all memory taken beforehand. Their speed counts the"
          + " products alone, two operations a multiply-add, against unfused multiply-adds on"
          + " registers; files are measured against a copy in memory. Use a release build."
      ],
      example: .init(
        command: "nnet-oracle bench sru --set T=1 --seconds 0 --json | grep -c medianNanoseconds",
        output: "4")),
    run: { (arguments, output) throws(Trouble) in try run(arguments, &output) })

  private static func run(
    _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    let time = arguments.number(seconds) ?? 0.3
    var results: [BenchResult] = []
    if let name = arguments.operands.first {
      let kernel = try kernel(named: name)
      let sizes =
        arguments.has(set) ? [try kernel.changed(by: arguments.texts(set))] : kernel.sizes
      results = try self.results(of: kernel, sizes: sizes, seconds: time)
    } else {
      guard !arguments.has(set) else {
        throw Trouble("bench: --set needs the name of one kernel")
      }
      for kernel in BenchKernel.all {
        results += try self.results(of: kernel, sizes: kernel.sizes, seconds: time)
      }
      let files = FileWork(seconds: time)
      results.append(try files.dump())
      results += try files.archives()
    }
    if arguments.isOn(json) {
      let lines = results.map { "  " + $0.json }.joined(separator: ",\n")
      try output.write(
        "{\"variant\": \"\(ProductVariant.fastest)\", \"results\": [\n\(lines)\n]}\n")
    } else {
      try output.write(columns([BenchResult.heading] + results.map(\.cells)))
    }
    return .success
  }

  private static func kernel(named name: String) throws(Trouble) -> BenchKernel {
    if let kernel = BenchKernel.all.first(where: { $0.name == name }) { return kernel }
    throw Trouble(
      "unknown kernel '\(name)': \(suggestion(for: name, among: BenchKernel.all.map(\.name)))")
  }

  private static func results(
    of kernel: BenchKernel, sizes: [[Int]], seconds: Double
  ) throws(Trouble) -> [BenchResult] {
    var results: [BenchResult] = []
    for size in sizes {
      let dimensions = zip(kernel.letters, size).map { (letter: $0, size: $1) }
      for (scalar, work, limit) in [
        ("Double", try KernelWork.make(kernel, size: size, in: Double.self), doubleLimit),
        ("Float", try KernelWork.make(kernel, size: size, in: Float.self), floatLimit),
      ] {
        // Backward needs a forward pass's trace, and every product of forward stands in it twice.
        for (pass, operations, run) in [
          ("forward", work.operations, work.forward),
          ("backward", 2 * work.operations, work.backward),
        ] {
          results.append(
            BenchResult(
              name: kernel.name, pass: pass, dimensions: dimensions, scalar: scalar,
              timing: Timing.of(seconds: seconds, run), amount: (operations, .operations),
              limit: limit))
        }
      }
    }
    return results
  }

  /// Multiply-adds of doubles a second on registers, as operations.
  private static let doubleLimit = peak { ProductVariant.fastest.runDoublePeak(rounds: $0) }
  /// Multiply-adds of floats a second on registers, as operations.
  private static let floatLimit = peak { ProductVariant.fastest.runFloatPeak(rounds: $0) }

  private static func peak(_ run: (Int) -> Double) -> Double {
    let rounds = 1 << 14
    let operations = run(rounds)
    let timing = Timing.of(seconds: 0.1) { _ = run(rounds) }
    return operations / (timing.median * 1e-9)
  }
}
