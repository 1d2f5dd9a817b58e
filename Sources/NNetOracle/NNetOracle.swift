@_exported public import Arithmetic
@_exported public import Kernels
@_exported public import Tensors
