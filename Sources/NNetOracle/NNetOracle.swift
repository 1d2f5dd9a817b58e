@_exported public import Arithmetic
@_exported public import Equations
@_exported public import Layers
@_exported public import Tensors
