// Components for the stub: the recurrent unit and the two compact FSMNs in plain float loops, by
// their equations, and a TfLstm that is declared only. Each keeps the members Kaldi's has.
#ifndef NNET_ORACLE_KALDI_STUB_COMPONENTS_H_
#define NNET_ORACLE_KALDI_STUB_COMPONENTS_H_

#include "stub.h"

namespace kaldi {
namespace nnet1 {

/// Reads `<Token> number` pairs up to the tensors and gives the one that is asked for.
inline int32 TakeNumbers(std::istream &stream, const std::string &wanted) {
  int32 result = -1;
  std::string token;
  double value = 0;
  while (stream >> std::ws && stream.peek() == '<') {
    stream >> token >> value;
    if (token == wanted) result = static_cast<int32>(value);
  }
  if (result < 0) throw std::runtime_error("found no " + wanted);
  return result;
}

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
    cell_dim_ = TakeNumbers(stream, "<CellDim>");
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
          if (gate == 1) sum = 1 / (1 + std::exp(-(sum + bias_f_(0, k))));
          if (gate == 2) sum = 1 / (1 + std::exp(-(sum + bias_r_(0, k))));
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
    const int32 order = TakeNumbers(stream, "<Order>");
    filters_[0].Read(stream, binary);
    if (filters_[0].NumRows() != order) throw std::runtime_error("a filter of the wrong shape");
  }
};

class BiCompactVfsmn : public StubFsmn {
 public:
  BiCompactVfsmn(int32 input, int32 output) : StubFsmn(input, output, 0) {}

 protected:
  void ReadData(std::istream &stream, bool binary) {
    const int32 ahead = TakeNumbers(stream, "<AheadOrder>");
    for (Matrix<BaseFloat> &filter : filters_) filter.Read(stream, binary);
    if (filters_[1].NumRows() != ahead) throw std::runtime_error("a filter of the wrong shape");
  }
};

/// Declared, so that the test compiles; Component::Read knows no such marker.
class TfLstm : public MultistreamComponent {
 protected:
  CuMatrix<BaseFloat> prev_nnet_state_, propagate_buf_, backpropagate_buf_;
  friend class Component;
};

inline Component *Component::Read(std::istream &stream, bool binary) {
  std::string marker;
  int32 output = 0, input = 0;
  stream >> marker >> output >> input;
  Component *component = NULL;
  if (marker == "<SimpleRecurrentUnit>") component = new SimpleRecurrentUnit(input, output);
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
