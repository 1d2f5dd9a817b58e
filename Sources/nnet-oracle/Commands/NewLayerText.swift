/// The layer file that `new` writes: each section once, with what it is for.
func newLayerText(named name: String) -> String {
  """
  # A gated recurrent layer, to be made yours line by line. It works as it stands:
  #   nnet-oracle list \(name).layer                 backward equations, shapes, file names
  #   nnet-oracle gradcheck \(name).layer --exact    gradients against exact derivatives
  #   nnet-oracle power \(name).layer                mistakes that its cases catch and tell apart
  #   nnet-oracle dump \(name).layer --out DIR       golden values and tolerances
  #   nnet-oracle compare DIR/\(name) YOURS          judges what your program computed
  # The language on one page: Sources/Equations/Equations.docc/Layer-Files.md

  layer   \(name)
  source  the paper, notebook or program that the equations come from

  # Letters: sequences side by side, frames of a sequence, then each size with what it counts.
  streams N
  frames  T
  sizes   D "inputs a frame", H "units"
  # Blocks of columns that programs store in different orders; a case says which order is meant.
  order   gates = z n

  # What each frame is given, and the parameters: NAME[rows, columns], or NAME[columns] for a vector.
  # 'gates: H' stands for a block of H columns for each gate, 'a.z' below for one such block.
  input   x[D]
  weight  Wx[D, gates: H], Wh[H, gates: H], b[gates: H]

  # Forward, one frame: '@' is the matrix product, '*' goes element by element, [t-1] is the frame
  # before. The backward pass, tolerances and mistakes are derived; nothing of it is written here.
  a = x @ Wx + h[t-1] @ Wh + b
  z = sigmoid(a.z)
  n = tanh(a.n)
  h = z * h[t-1] + (1 - z) * n

  # What stands for '%' in the columns of the view below.
  words   z "update gate", n "candidate"

  # How the layer is called. 'start' says what stands before the first frame, 0 or a tensor that is
  # given (and then gets a gradient); 'output' what the caller sees, under a name of its own.
  form sequence
    start  h = 0
    output out = h

  form step of one frame
    start  h = prev_h
    output next_h = h

  # What your program calls the tensors, left, and the equations, right; 'transposed' where rows and
  # columns are exchanged. A parameter w has its gradient beside it as w_corr. A buffer holds per-frame
  # quantities side by side. Without a view the golden folder has the equations' own names only.
  view program
    frames     in = x, out = out, out_diff = dout, in_diff = dx
    parameters w_x = Wx transposed, w_h = Wh transposed, bias = b
    buffer propagate_buf forward
      columns  each gates "%", h "output"
      evaluate z n h

  # A short name for a mistake of your trade; 'list \(name).layer --mistakes' shows all edits.
  known gates-swapped = h: z and 1 - z exchanged

  # Cases: sizes, and what fills each given tensor. a:b runs evenly from a to b, random:SEED:a:b is
  # drawn between them. 'd' and an output's name is the gradient that comes from above.
  case \(name) of sequence, view program, order z n
    about a small case to read by eye
    N = 2, T = 3, D = 3, H = 4
    x = -0.4:0.6, Wx = -0.2:0.9, Wh = -0.3:0.8, b = 0.2:0.7, dout = -0.6:0.6

  case \(name)-step of step, order z n
    about one step from a given state
    N = 3, D = 3, H = 4
    x = -0.4:0.6, prev_h = -0.3:0.7, Wx = -0.2:0.9, Wh = -0.3:0.8, b = 0.2:0.7, dnext_h = -0.6:0.6

  # Random numbers at sizes that all differ: there every mistake shows.
  case \(name)-probe of sequence, view program, order z n
    about random numbers, which tell mistakes apart
    N = 3, T = 5, D = 4, H = 6
    x = random:1:-1:1, Wx = random:2:-1:1, Wh = random:3:-1:1, b = random:4:-1:1, dout = random:5:-1:1

  """
}
