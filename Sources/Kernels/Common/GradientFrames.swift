/// The frames that enter the parameters' gradients; all of them, unless a program forgets to add.
enum GradientFrames: Sendable, Hashable { case all, firstOnly, lastOnly }
