import Concurrency
import Foundation
import Golden

/// `dump`: writes the golden folder, or checks what stands there.
enum DumpCommand {
  static let out = Option(
    name: "out", value: .text("DIR"),
    purpose: "The folder that gets a folder for each case; ./golden unless given.")
  static let check = Option(
    name: "check", value: .flag,
    purpose: "Write nothing; compare DIR with what would be written, byte for byte.")
  static let set = Option(
    name: "set", value: .text("K=V"),
    purpose: "Change a dimension (T=7), a range (x=-1:1), a position list (position=0,1,2) or the"
      + " gate order (order=gifo) of the one case given.",
    isRepeatable: true)

  static let command = Command(
    declaration: CommandDeclaration(
      name: "dump",
      purpose: "Computes golden cases with proven digits and writes a folder for each.",
      operands: [
        Operand(name: "CASE", count: .any, purpose: "The cases; all of them if none is named.")
      ],
      options: [out, check, set],
      notes: [
        "A case's folder is replaced whole, and only once every file of every case is written; when"
          + " anything fails, all stays as it was.",
        "--set needs exactly one case and --out, and does not go with --check: the golden folder"
          + " holds the cases at their own settings only. 'nnet-oracle list CASE' shows what can be"
          + " set.",
      ],
      mismatch: "--check found a file that differs, is missing or is one too many",
      example: .init(
        command: "nnet-oracle dump sru --check",
        output: """
          golden: 1 case, 47 files, all as generated
          """)),
    run: { (arguments, output) throws(Trouble) in try run(arguments, &output) })

  private static let defaultFolder = "golden"

  private static func run(
    _ arguments: Arguments, _ output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    var cases = try goldenCases(named: arguments.operands)
    let directory = arguments.text(out) ?? defaultFolder
    guard !directory.isEmpty else { throw Trouble("dump: --out needs the name of a folder") }
    if arguments.has(set) {
      try checkSetRules(arguments, cases: cases.count)
      cases = [try cases[0].changed(by: arguments.texts(set))]
    }

    var folders: [FolderWriter.Folder] = []
    for outcome in Threads.map(cases, compute) {
      folders.append(try outcome.get())
    }
    let writer = FolderWriter(directory: directory)
    do {
      guard !arguments.isOn(check) else {
        let isComplete = arguments.operands.isEmpty
        let differences = try writer.check(folders, isComplete: isComplete)
        return try report(differences, of: folders, in: directory, to: &output)
      }
      try writer.write(folders)
    } catch let error as Trouble {
      throw error
    } catch {
      throw Trouble(error)
    }
    for folder in folders {
      try output.writeLine("\(directory)/\(folder.name): \(folder.files.count) files")
    }
    return .success
  }

  private static func checkSetRules(_ arguments: Arguments, cases: Int) throws(Trouble) {
    guard arguments.operands.count == 1 else {
      throw Trouble("dump: --set changes one case, but \(arguments.operands.count) are named")
    }
    guard !arguments.isOn(check) else {
      throw Trouble("dump: --set does not go with --check: DIR holds cases at their own settings")
    }
    guard let directory = arguments.text(out) else {
      throw Trouble("dump: --set needs --out DIR, so that ./golden keeps the case's own settings")
    }
    let chosen = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
    let golden = URL(fileURLWithPath: defaultFolder).resolvingSymlinksInPath().path
    guard chosen != golden else {
      throw Trouble("dump: --set with --out \(directory): ./golden keeps the case's own settings")
    }
  }

  @Sendable private static func compute(
    _ goldenCase: GoldenCase
  ) -> Result<FolderWriter.Folder, Trouble> {
    do {
      return .success(try CaseRun(goldenCase).folder())
    } catch {
      return .failure(Trouble(error))
    }
  }

  private static func report(
    _ differences: [FolderWriter.Difference], of folders: [FolderWriter.Folder],
    in directory: String, to output: inout StandardOutput
  ) throws(Trouble) -> ExitStatus {
    for difference in differences {
      try output.writeLine("\(difference.kind.rawValue): \(directory)/\(difference.path)")
    }
    let files = folders.reduce(0) { $0 + $1.files.count }
    let cases = folders.count == 1 ? "1 case" : "\(folders.count) cases"
    let verdict =
      differences.isEmpty ? "all as generated" : "\(differences.count) not as generated"
    try output.writeLine("\(directory): \(cases), \(files) files, \(verdict)")
    return differences.isEmpty ? .success : .mismatch
  }
}
