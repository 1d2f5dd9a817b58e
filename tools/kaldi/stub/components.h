// Components for the stub in plain float loops, by their equations: the recurrent unit, the
// time-frequency LSTM and the two compact FSMNs, with the members that Kaldi's have.
#ifndef NNET_ORACLE_KALDI_STUB_COMPONENTS_H_
#define NNET_ORACLE_KALDI_STUB_COMPONENTS_H_

#include <map>

#include "stub.h"

namespace kaldi {
namespace nnet1 {

/// Reads `<Token> number` pairs up to the tensors.
inline std::map<std::string, int32> TakeNumbers(std::istream &stream) {
  std::map<std::string, int32> numbers;
  std::string token;
  double value = 0;
  while (stream >> std::ws && stream.peek() == '<') {
    stream >> token >> value;
    numbers[token] = static_cast<int32>(value);
  }
  return numbers;
}

inline BaseFloat Sigmoid(BaseFloat x) { return 1 / (1 + std::exp(-x)); }

class SimpleRecurrentUnit : public MultistreamComponent {
 public:
  SimpleRecurrentUnit(int32 input, int32 output) : MultistreamComponent(input, output) {}

  void Update(const CuMatrixBase<BaseFloat> &, const CuMatrixBase<BaseFloat> &) {
    Step(w_xfrh_corr_, &w_xfrh_);
    Step(bias_f_corr_, &bias_f_);
    Step(bias_r_corr_, &bias_r_);
  }

 protected:
  void ReadData(std::istream &stream, bool binary) {
    cell_dim_ = TakeNumbers(stream).at("<CellDim>");
    for (Matrix<BaseFloat> *tensor : {&w_xfrh_, &bias_f_, &bias_r_}) tensor->Read(stream, binary);
    if (w_xfrh_.NumRows() != 4 * cell_dim_ || w_xfrh_.NumCols() != input_dim_ || bias_f_.NumCols() != cell_dim_)
      throw std::runtime_error("tensors of the wrong shape");
  }
  void WriteData(std::ostream &stream, bool binary) const {
    for (const Matrix<BaseFloat> *tensor : {&w_xfrh_, &bias_f_, &bias_r_}) tensor->Write(stream, binary);
  }

  /// Columns of the buffer: a, f, r, u, c, c again, h; blocks of rows 0 and T+1 are padding.
  void PropagateFnc(const CuMatrixBase<BaseFloat> &in, CuMatrix<BaseFloat> *out) {
    const int32 S = sequence_lengths_.size(), H = cell_dim_, rows = in.NumRows();
    propagate_buf_.Resize(rows + 2 * S, 7 * H);
    CuMatrix<BaseFloat> &p = propagate_buf_;
    for (int32 row = 0; row < rows; ++row) {
      const int32 here = row + S;
      for (int32 k = 0; k < H; ++k) {
        for (int32 gate = 0; gate < 4; ++gate) {
          BaseFloat sum = 0;
          for (int32 d = 0; d < input_dim_; ++d) sum += w_xfrh_(gate * H + k, d) * in(row, d);
          if (gate == 1) sum = Sigmoid(sum + bias_f_(0, k));
          if (gate == 2) sum = Sigmoid(sum + bias_r_(0, k));
          p(here, gate * H + k) = sum;
        }
        const BaseFloat a = p(here, k), f = p(here, H + k), r = p(here, 2 * H + k), u = p(here, 3 * H + k);
        const BaseFloat c = f * p(here - S, 4 * H + k) + (1 - f) * a;
        p(here, 4 * H + k) = p(here, 5 * H + k) = c;
        (*out)(row, k) = p(here, 6 * H + k) = r * c + (1 - r) * u;
      }
    }
  }

  void BackpropagateFnc(const CuMatrixBase<BaseFloat> &in, const CuMatrixBase<BaseFloat> &diff,
                        CuMatrix<BaseFloat> *in_diff) {
    const int32 S = sequence_lengths_.size(), H = cell_dim_;
    const CuMatrix<BaseFloat> &p = propagate_buf_;
    backpropagate_buf_.Resize(p.NumRows(), 7 * H);
    w_xfrh_corr_.Resize(4 * H, input_dim_);
    bias_f_corr_.Resize(1, H);
    bias_r_corr_.Resize(1, H);
    std::vector<BaseFloat> carried(S * H, 0);
    for (int32 row = in.NumRows() - 1; row >= 0; --row) {
      const int32 here = row + S, s = row % S;
      for (int32 k = 0; k < H; ++k) {
        const BaseFloat a = p(here, k), f = p(here, H + k), r = p(here, 2 * H + k), u = p(here, 3 * H + k);
        const BaseFloat c = p(here, 4 * H + k), before = p(here - S, 4 * H + k), e = diff(row, k);
        const BaseFloat dc = e * r + carried[s * H + k];
        const BaseFloat df = StubBug() == 2 ? 0 : dc * (before - a) * f * (1 - f);
        const BaseFloat deltas[4] = {dc * (1 - f), df, e * (c - u) * r * (1 - r), e * (1 - r)};
        const BaseFloat columns[7] = {deltas[0], deltas[1], deltas[2], deltas[3], dc, e * r, e};
        for (int32 column = 0; column < 7; ++column) backpropagate_buf_(here, column * H + k) = columns[column];
        carried[s * H + k] = dc * f;
        bias_f_corr_(0, k) += deltas[1];
        bias_r_corr_(0, k) += deltas[2];
        for (int32 gate = 0; gate < 4; ++gate)
          for (int32 d = 0; d < input_dim_; ++d) {
            (*in_diff)(row, d) += deltas[gate] * w_xfrh_(gate * H + k, d);
            w_xfrh_corr_(gate * H + k, d) += deltas[gate] * in(row, d);
          }
      }
    }
  }

  int32 cell_dim_ = 0;
  Matrix<BaseFloat> w_xfrh_, bias_f_, bias_r_, w_xfrh_corr_, bias_f_corr_, bias_r_corr_;
  CuMatrix<BaseFloat> prev_nnet_state_, propagate_buf_, backpropagate_buf_;
};

/// Both compact FSMNs: `filters_[0]` looks back from lag `first_lag_`, `filters_[1]` ahead.
class StubFsmn : public UpdatableComponent {
 public:
  StubFsmn(int32 input, int32 output, int32 first_lag) : UpdatableComponent(input, output), first_lag_(first_lag) {}
  void Prepare(const ExtraInfo &info) {
    positions_[0] = info.bposition;
    positions_[1] = info.fposition;
  }
  void Update(const CuMatrixBase<BaseFloat> &input, const CuMatrixBase<BaseFloat> &diff) {
    for (int32 side = 0; side < 2; ++side) {
      Matrix<BaseFloat> gradient(filters_[side].NumRows(), filters_[side].NumCols());
      ForEach(input.NumRows(), side, [&](int32 row, int32 other, int32 tap) {
        for (int32 d = 0; d < input_dim_; ++d) gradient(tap, d) += diff(row, d) * input(other, d);
      });
      Step(gradient, &filters_[side]);
    }
  }

 protected:
  void WriteData(std::ostream &stream, bool binary) const {
    filters_[0].Write(stream, binary);
    if (first_lag_ == 0) filters_[1].Write(stream, binary);
  }
  void PropagateFnc(const CuMatrixBase<BaseFloat> &in, CuMatrix<BaseFloat> *out) {
    out->CopyFromMat(in);
    Spread(in, out, false);
  }
  void BackpropagateFnc(const CuMatrixBase<BaseFloat> &, const CuMatrixBase<BaseFloat> &diff,
                        CuMatrix<BaseFloat> *in_diff) {
    in_diff->CopyFromMat(diff);
    Spread(diff, in_diff, true);
  }
  void Spread(const CuMatrixBase<BaseFloat> &from, CuMatrix<BaseFloat> *to, bool is_backward) {
    for (int32 side = 0; side < 2; ++side)
      ForEach(from.NumRows(), side, [&](int32 row, int32 other, int32 tap) {
        if (is_backward) std::swap(row, other);
        for (int32 d = 0; d < input_dim_; ++d) (*to)(row, d) += filters_[side](tap, d) * from(other, d);
      });
  }
  /// Every pair of a row and one that its filter reaches, with the filter's row.
  template <typename Body>
  void ForEach(int32 rows, int32 side, const Body &body) const {
    const int32 lag = side == 0 ? first_lag_ : 1;
    for (int32 row = 0; row < rows; ++row)
      for (int32 tap = 0; tap < filters_[side].NumRows(); ++tap)
        if (tap + lag <= positions_[side](row, 0)) body(row, side == 0 ? row - tap - lag : row + tap + lag, tap);
  }

  int32 first_lag_;
  Matrix<BaseFloat> filters_[2];
  CuMatrix<BaseFloat> positions_[2];
};

class CompactVfsmn : public StubFsmn {
 public:
  CompactVfsmn(int32 input, int32 output) : StubFsmn(input, output, 1) {}

 protected:
  void ReadData(std::istream &stream, bool binary) {
    const int32 order = TakeNumbers(stream).at("<Order>");
    filters_[0].Read(stream, binary);
    if (filters_[0].NumRows() != order) throw std::runtime_error("a filter of the wrong shape");
  }
};

class BiCompactVfsmn : public StubFsmn {
 public:
  BiCompactVfsmn(int32 input, int32 output) : StubFsmn(input, output, 0) {}

 protected:
  void ReadData(std::istream &stream, bool binary) {
    const int32 ahead = TakeNumbers(stream).at("<AheadOrder>");
    for (Matrix<BaseFloat> &filter : filters_) filter.Read(stream, binary);
    if (filters_[1].NumRows() != ahead) throw std::runtime_error("a filter of the wrong shape");
  }
};

/// The time-frequency LSTM, from a zero state; its buffers stay empty.
class TfLstm : public MultistreamComponent {
 public:
  TfLstm(int32 input, int32 output) : MultistreamComponent(input, output) {}

  void Update(const CuMatrixBase<BaseFloat> &, const CuMatrixBase<BaseFloat> &) {
    for (int32 k = 0; k < kTensors; ++k) Step(gradients_[k], &tensors_[k]);
  }

 protected:
  enum { kX, kR, kK, kBias, kPeepholeI, kPeepholeF, kPeepholeO, kTensors };
  enum Quantity { kG, kI, kF, kO, kC, kTanh, kH, kQuantities };

  void ReadData(std::istream &stream, bool binary) {
    const std::map<std::string, int32> numbers = TakeNumbers(stream);
    H_ = numbers.at("<CellDim>"), F_ = numbers.at("<F>"), S_ = numbers.at("<S>");
    for (const char *clip : {"<CellClip>", "<DiffClip>", "<CellDiffClip>", "<GradClip>"})
      if (numbers.at(clip) != 0) throw std::runtime_error("a clip is on");
    for (Matrix<BaseFloat> &tensor : tensors_) tensor.Read(stream, binary);
    if (tensors_[kX].NumRows() != 4 * H_ || tensors_[kX].NumCols() != F_ || tensors_[kK].NumCols() != H_)
      throw std::runtime_error("tensors of the wrong shape");
  }
  void WriteData(std::ostream &stream, bool binary) const {
    for (const Matrix<BaseFloat> &tensor : tensors_) tensor.Write(stream, binary);
  }

  /// A quantity of a block of a row; nothing in front of the first frame and the first block.
  BaseFloat At(Quantity quantity, int32 row, int32 block, int32 k) const {
    return row < 0 || block < 0 ? 0 : state_[quantity](row, block * H_ + k);
  }

  void PropagateFnc(const CuMatrixBase<BaseFloat> &in, CuMatrix<BaseFloat> *out) {
    const int32 N = sequence_lengths_.size(), B = output_dim_ / H_;
    for (Matrix<BaseFloat> &quantity : state_) quantity.Resize(in.NumRows(), output_dim_);
    for (int32 row = 0; row < in.NumRows(); ++row)
      for (int32 b = 0; b < B; ++b)
        for (int32 k = 0; k < H_; ++k) {
          BaseFloat z[4];
          for (int32 gate = 0; gate < 4; ++gate) {
            const int32 line = gate * H_ + k;
            z[gate] = tensors_[kBias](0, line);
            for (int32 d = 0; d < F_; ++d) z[gate] += tensors_[kX](line, d) * in(row, b * S_ + d);
            for (int32 j = 0; j < H_; ++j)
              z[gate] += tensors_[kR](line, j) * At(kH, row - N, b, j) + tensors_[kK](line, j) * At(kH, row, b - 1, j);
          }
          const BaseFloat before = At(kC, row - N, b, k), g = std::tanh(z[kG]);
          const BaseFloat i = Sigmoid(z[kI] + tensors_[kPeepholeI](0, k) * before);
          const BaseFloat f = Sigmoid(z[kF] + tensors_[kPeepholeF](0, k) * before);
          const BaseFloat c = g * i + f * before;
          const BaseFloat o = Sigmoid(z[kO] + tensors_[kPeepholeO](0, k) * c);
          const BaseFloat values[kQuantities] = {g, i, f, o, c, std::tanh(c), o * std::tanh(c)};
          for (int32 q = 0; q < kQuantities; ++q) state_[q](row, b * H_ + k) = values[q];
          (*out)(row, b * H_ + k) = values[kH];
        }
  }

  void BackpropagateFnc(const CuMatrixBase<BaseFloat> &in, const CuMatrixBase<BaseFloat> &diff,
                        CuMatrix<BaseFloat> *in_diff) {
    const int32 N = sequence_lengths_.size(), B = output_dim_ / H_, rows = in.NumRows();
    for (int32 k = 0; k < kTensors; ++k) gradients_[k].Resize(tensors_[k].NumRows(), tensors_[k].NumCols());
    // The derivatives of the four gates and of the cell, with room for a frame and a block behind.
    Matrix<BaseFloat> deltas[5];
    for (Matrix<BaseFloat> &delta : deltas) delta.Resize(rows + N, (B + 1) * H_);
    for (int32 row = rows - 1; row >= 0; --row)
      for (int32 b = B - 1; b >= 0; --b) {
        for (int32 k = 0; k < H_; ++k) {
          const int32 here = b * H_ + k;
          BaseFloat dh = diff(row, here);
          for (int32 gate = 0; gate < 4; ++gate)
            for (int32 j = 0; j < H_; ++j)
              dh += deltas[gate](row + N, b * H_ + j) * tensors_[kR](gate * H_ + j, k) +
                    deltas[gate](row, (b + 1) * H_ + j) * tensors_[kK](gate * H_ + j, k);
          const BaseFloat g = At(kG, row, b, k), i = At(kI, row, b, k), f = At(kF, row, b, k), o = At(kO, row, b, k);
          const BaseFloat c = At(kC, row, b, k), n = At(kTanh, row, b, k), before = At(kC, row - N, b, k);
          const BaseFloat dout = dh * n * o * (1 - o);
          BaseFloat dc = dh * o * (1 - n * n) + dout * tensors_[kPeepholeO](0, k);
          if (row + N < rows)
            dc += deltas[kC](row + N, here) * At(kF, row + N, b, k) +
                  deltas[kI](row + N, here) * tensors_[kPeepholeI](0, k) +
                  deltas[kF](row + N, here) * tensors_[kPeepholeF](0, k);
          const BaseFloat df = StubBug() == 2 ? 0 : dc * before * f * (1 - f);
          const BaseFloat values[5] = {dc * i * (1 - g * g), dc * g * i * (1 - i), df, dout, dc};
          for (int32 q = 0; q < 5; ++q) deltas[q](row, here) = values[q];
          gradients_[kPeepholeI](0, k) += values[kI] * before;
          gradients_[kPeepholeF](0, k) += values[kF] * before;
          gradients_[kPeepholeO](0, k) += values[kO] * c;
        }
        for (int32 line = 0; line < 4 * H_; ++line) {
          const BaseFloat delta = deltas[line / H_](row, b * H_ + line % H_);
          gradients_[kBias](0, line) += delta;
          for (int32 d = 0; d < F_; ++d) {
            (*in_diff)(row, b * S_ + d) += delta * tensors_[kX](line, d);
            gradients_[kX](line, d) += delta * in(row, b * S_ + d);
          }
          for (int32 j = 0; j < H_; ++j) {
            gradients_[kR](line, j) += delta * At(kH, row - N, b, j);
            gradients_[kK](line, j) += delta * At(kH, row, b - 1, j);
          }
        }
      }
  }

  int32 H_ = 0, F_ = 0, S_ = 0;
  Matrix<BaseFloat> tensors_[kTensors], gradients_[kTensors], state_[kQuantities];
  CuMatrix<BaseFloat> prev_nnet_state_, propagate_buf_, backpropagate_buf_;
};

inline Component *Component::Read(std::istream &stream, bool binary) {
  std::string marker;
  int32 output = 0, input = 0;
  stream >> marker >> output >> input;
  Component *component = NULL;
  if (marker == "<SimpleRecurrentUnit>") component = new SimpleRecurrentUnit(input, output);
  if (marker == "<TfLstm>") component = new TfLstm(input, output);
  if (marker == "<CompactVfsmn>") component = new CompactVfsmn(input, output);
  if (marker == "<BiCompactVfsmn>") component = new BiCompactVfsmn(input, output);
  if (component == NULL) throw std::runtime_error("unknown marker " + marker);
  try {
    component->ReadData(stream, binary);
    stream >> marker;
    if (marker != "<!EndOfComponent>") throw std::runtime_error("found '" + marker + "' at the end");
  } catch (...) {
    delete component;
    throw;
  }
  return component;
}

}  // namespace nnet1
}  // namespace kaldi

#endif  // NNET_ORACLE_KALDI_STUB_COMPONENTS_H_
