// The little of Kaldi's interface that oracle-component-test.cc uses, so that it is compiled and run
// without a Kaldi tree: names and signatures as in src/matrix, src/cudamatrix and src/nnet, the
// contents our own. $STUB_BUG makes the components wrong, to see that the test notices:
// 1 no backward, 2 backward without the forget gate's path, 3 no update.
#ifndef NNET_ORACLE_KALDI_STUB_H_
#define NNET_ORACLE_KALDI_STUB_H_

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kaldi {

/// Which bug the components are to have; 0 for none.
inline int StubBug() {
  const char *bug = std::getenv("STUB_BUG");
  return bug == NULL ? 0 : std::atoi(bug);
}

typedef float BaseFloat;
typedef std::int32_t int32;
typedef int32 MatrixIndexT;

template <typename Real>
class MatrixBase {
 public:
  MatrixIndexT NumRows() const { return rows_; }
  MatrixIndexT NumCols() const { return columns_; }
  Real &operator()(MatrixIndexT r, MatrixIndexT c) { return data_.at(r * columns_ + c); }
  Real operator()(MatrixIndexT r, MatrixIndexT c) const { return data_.at(r * columns_ + c); }

 protected:
  MatrixIndexT rows_ = 0, columns_ = 0;
  std::vector<Real> data_;
};

template <typename Real>
class Matrix : public MatrixBase<Real> {
 public:
  Matrix() {}
  Matrix(MatrixIndexT rows, MatrixIndexT columns) { Resize(rows, columns); }
  void Resize(MatrixIndexT rows, MatrixIndexT columns) {
    this->rows_ = rows;
    this->columns_ = columns;
    this->data_.assign(rows * columns, Real(0));
  }
  void Read(std::istream &stream, bool) {
    std::string word;
    std::vector<Real> row;
    std::vector<std::vector<Real> > rows;
    if (!(stream >> word) || word != "[") throw std::runtime_error("found '" + word + "', expected [");
    for (char letter; stream.get(letter);) {
      if (letter == '\n' || letter == ']') {
        if (!row.empty()) rows.push_back(row);
        row.clear();
        if (letter == ']') break;
      } else if (letter != ' ') {
        stream.putback(letter);
        Real value;
        if (!(stream >> value)) throw std::runtime_error("found no number");
        row.push_back(value);
      }
    }
    Resize(rows.size(), rows.empty() ? 0 : rows[0].size());
    for (MatrixIndexT r = 0; r < this->rows_; ++r)
      for (MatrixIndexT c = 0; c < this->columns_; ++c) (*this)(r, c) = rows.at(r).at(c);
  }
  void Write(std::ostream &stream, bool) const {
    stream << " [";
    for (MatrixIndexT r = 0; r < this->rows_; ++r) {
      stream << "\n  ";
      for (MatrixIndexT c = 0; c < this->columns_; ++c) stream << (*this)(r, c) << ' ';
    }
    stream << "]\n";
  }
};

template <typename Real>
class CuMatrixBase : public Matrix<Real> {
 public:
  void CopyFromMat(const MatrixBase<Real> &other) { Check(other), Copy(other, this); }
  void CopyToMat(MatrixBase<Real> *other) const { Check(*other), Copy(*this, other); }
  CuMatrixBase RowRange(MatrixIndexT first, MatrixIndexT count) const {
    CuMatrixBase rows;
    rows.Resize(count, this->NumCols());
    for (MatrixIndexT r = 0; r < count; ++r)
      for (MatrixIndexT c = 0; c < this->NumCols(); ++c) rows(r, c) = (*this)(first + r, c);
    return rows;
  }

 private:
  void Check(const MatrixBase<Real> &other) const {
    if (other.NumRows() != this->NumRows() || other.NumCols() != this->NumCols())
      throw std::runtime_error("matrices of different shapes");
  }
  static void Copy(const MatrixBase<Real> &from, MatrixBase<Real> *to) {
    for (MatrixIndexT r = 0; r < from.NumRows(); ++r)
      for (MatrixIndexT c = 0; c < from.NumCols(); ++c) (*to)(r, c) = from(r, c);
  }
};

template <typename Real>
class CuMatrix : public CuMatrixBase<Real> {};

namespace nnet1 {

struct NnetTrainOptions {
  BaseFloat learn_rate = 0.008f;
};

struct ExtraInfo {
  CuMatrix<BaseFloat> bposition, fposition;
  ExtraInfo(const CuMatrix<BaseFloat> &back, const CuMatrix<BaseFloat> &ahead)
      : bposition(back), fposition(ahead) {}
};

class Component {
 public:
  Component(int32 input, int32 output) : input_dim_(input), output_dim_(output) {}
  virtual ~Component() {}
  static Component *Read(std::istream &stream, bool binary);
  void Write(std::ostream &stream, bool binary) const {
    stream << "<Stub> " << output_dim_ << ' ' << input_dim_ << " \n";
    WriteData(stream, binary);
    stream << "<!EndOfComponent> \n";
  }
  void Propagate(const CuMatrixBase<BaseFloat> &in, CuMatrix<BaseFloat> *out) {
    if (in.NumCols() != input_dim_) throw std::runtime_error("input of another width");
    out->Resize(in.NumRows(), output_dim_);
    PropagateFnc(in, out);
  }
  void Backpropagate(const CuMatrixBase<BaseFloat> &in, const CuMatrixBase<BaseFloat> &,
                     const CuMatrixBase<BaseFloat> &out_diff, CuMatrix<BaseFloat> *in_diff) {
    in_diff->Resize(in.NumRows(), input_dim_);
    if (StubBug() != 1) BackpropagateFnc(in, out_diff, in_diff);
  }

 protected:
  virtual void PropagateFnc(const CuMatrixBase<BaseFloat> &in, CuMatrix<BaseFloat> *out) = 0;
  virtual void BackpropagateFnc(const CuMatrixBase<BaseFloat> &in, const CuMatrixBase<BaseFloat> &diff,
                                CuMatrix<BaseFloat> *in_diff) = 0;
  virtual void ReadData(std::istream &stream, bool binary) = 0;
  virtual void WriteData(std::ostream &stream, bool binary) const = 0;

  int32 input_dim_, output_dim_;
};

class UpdatableComponent : public Component {
 public:
  UpdatableComponent(int32 input, int32 output) : Component(input, output) {}
  void SetTrainOptions(const NnetTrainOptions &options) { opts_ = options; }
  virtual void Update(const CuMatrixBase<BaseFloat> &input, const CuMatrixBase<BaseFloat> &diff) = 0;

 protected:
  void Step(const Matrix<BaseFloat> &gradient, Matrix<BaseFloat> *parameter) const {
    if (StubBug() == 3) return;
    for (int32 r = 0; r < gradient.NumRows(); ++r)
      for (int32 c = 0; c < gradient.NumCols(); ++c) (*parameter)(r, c) -= opts_.learn_rate * gradient(r, c);
  }
  NnetTrainOptions opts_;
};

class MultistreamComponent : public UpdatableComponent {
 public:
  MultistreamComponent(int32 input, int32 output) : UpdatableComponent(input, output) {}
  void SetSeqLengths(const std::vector<int32> &lengths) { sequence_lengths_ = lengths; }

 protected:
  std::vector<int32> sequence_lengths_;
};

}  // namespace nnet1
}  // namespace kaldi

#endif  // NNET_ORACLE_KALDI_STUB_H_
