/// The command line: parsing, wiring and printing only.
@main enum Main {
  static func main() {
    print("nnet-oracle")
  }
}
