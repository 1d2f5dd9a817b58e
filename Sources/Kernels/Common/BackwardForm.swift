/// How a sequence's backward pass carries the recurrent gradient from frame `t+1` to frame `t`.
public enum BackwardForm: String, Sendable, CaseIterable {
  /// Frame `t+1` finishes `dprev_h` and `dprev_c`; frame `t` adds those values (the notebooks' step
  /// functions in a loop).
  case stepByStep = "step-by-step"
  /// Frame `t` takes `da`, `dc`, `f` of frame `t+1` and adds their products into its own sums
  /// (Kaldi's way).
  case advance
}
