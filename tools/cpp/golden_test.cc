// Tests of golden.h: right and wrong values of every golden case, every kind of matrix, bad folders.
//
//     golden_test GOLDEN-FOLDER TEMPORARY-FOLDER CASE...          prints what failed; exit status 1 if any
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "golden.h"

namespace {

using nnet_oracle::Golden;
using nnet_oracle::Matrix;
using nnet_oracle::Mismatch;

int failures = 0, passed = 0;

void Expect(bool holds, const std::string &what) {
  (holds ? passed : failures) += 1;
  if (!holds) std::cerr << "failed: " << what << "\n";
}

bool Contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

template <typename Call>
std::string TextOf(const Call &call) {
  try {
    call();
  } catch (const std::runtime_error &error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// What kaldi::Matrix shows of itself.
template <typename Real>
class KaldiMatrix {
 public:
  int NumRows() const { return rows_; }
  int NumCols() const { return columns_; }
  void Resize(int rows, int columns, int = 0) {
    rows_ = rows;
    columns_ = columns;
    data_.assign(static_cast<std::size_t>(rows * columns), Real(-7));
  }
  Real &operator()(int r, int c) { return data_[static_cast<std::size_t>(r * columns_ + c)]; }
  Real operator()(int r, int c) const { return data_[static_cast<std::size_t>(r * columns_ + c)]; }

 private:
  int rows_ = 0, columns_ = 0;
  std::vector<Real> data_;
};

/// What kaldi::Vector shows of itself.
template <typename Real>
class KaldiVector {
 public:
  int Dim() const { return static_cast<int>(data_.size()); }
  void Resize(int dim, int = 0) { data_.assign(static_cast<std::size_t>(dim), Real(-7)); }
  Real &operator()(int i) { return data_[static_cast<std::size_t>(i)]; }
  Real operator()(int i) const { return data_[static_cast<std::size_t>(i)]; }

 private:
  std::vector<Real> data_;
};

/// What Eigen::Matrix shows of itself; `Columns` is -1 for a matrix and 1 for a column vector.
template <typename Real, int Columns>
class EigenMatrix {
 public:
  enum { ColsAtCompileTime = Columns };
  long rows() const { return rows_; }
  long cols() const { return columns_; }
  void resize(long rows, long columns) {
    if (Columns == 1 && columns != 1) throw std::runtime_error("a column vector was made wide");
    rows_ = rows;
    columns_ = columns;
    data_.assign(static_cast<std::size_t>(rows * columns), Real(-7));
  }
  Real &operator()(long r, long c) { return data_[static_cast<std::size_t>(c * rows_ + r)]; }
  const Real &operator()(long r, long c) const { return data_[static_cast<std::size_t>(c * rows_ + r)]; }

 private:
  long rows_ = 0, columns_ = 0;
  std::vector<Real> data_;
};

/// Every tensor of a view: as it is, rounded to float32, moved, doubled, zeroed.
void TestCase(const std::string &folder) {
  Golden g(folder);
  for (const std::string &name : g.Names()) {
    Matrix whole = g.Expected(name);
    g.Check(name, whole);
    std::vector<float> rounded;
    g.Load(name, &rounded);
    g.Check(name, rounded.data(), whole.rows, whole.columns);
  }
  for (const char *role : {"output", "gradient", "internal"})
    for (const std::string &name : g.Names(role)) {
      const Matrix whole = g.Expected(name);
      Matrix wrong = whole;
      wrong.values.back() += 0.5;
      const std::string size = std::to_string(whole.values.size());
      const std::string text = TextOf([&] { g.Check(name, wrong); });
      Expect(Contains(text, ": 1 of " + size + " elements out; worst at " +
                                std::to_string(whole.rows - 1) + "," + std::to_string(whole.columns - 1)),
             folder + " " + name + ": " + text);
      bool is_zero = true;
      for (double &value : wrong.values) value = 0;
      for (double value : whole.values) is_zero = is_zero && value == 0;
      if (is_zero) continue;
      Expect(Contains(TextOf([&] { g.Check(name, wrong); }), "every element is 0"), folder + " zeros");
      for (std::size_t i = 0; i < wrong.values.size(); ++i) wrong.values[i] = 2 * whole.values[i];
      Expect(Contains(TextOf([&] { g.Check(name, wrong); }), "elements out"), folder + " doubled");
      wrong.values[0] = std::nan("");
      Expect(Contains(TextOf([&] { g.Check(name, wrong); }), "not a number from 0,0 on"), folder + " nan");
    }
}

/// A matrix type loads a golden tensor, passes, and fails with one element moved.
template <typename M, typename Move>
void TestAdapter(const Golden &g, const std::string &name, const std::string &kind, const Move &move) {
  M matrix;
  g.Load(name, &matrix);
  Expect(g.Check(name, matrix), kind);
  move(&matrix);
  const std::string text = TextOf([&] { g.Check(name, matrix); });
  Expect(Contains(text, "1 of " + std::to_string(g.Expected(name).values.size()) + " elements out"),
         kind + ": " + text);
}

void TestAdapters(const std::string &root) {
  Golden g(root + "/tflstm");
  const auto element = [](KaldiMatrix<float> *m) { (*m)(3, 2) += 1; };
  TestAdapter<KaldiMatrix<float> >(g, "out", "kaldi::Matrix<float>", element);
  TestAdapter<KaldiMatrix<double> >(g, "out", "kaldi::Matrix<double>",
                                    [](KaldiMatrix<double> *m) { (*m)(3, 2) += 1; });
  TestAdapter<KaldiVector<float> >(g, "bias_corr", "kaldi::Vector", [](KaldiVector<float> *v) { (*v)(2) += 1; });
  TestAdapter<EigenMatrix<float, -1> >(g, "out", "Eigen::MatrixXf",
                                       [](EigenMatrix<float, -1> *m) { (*m)(3, 2) += 1; });
  TestAdapter<EigenMatrix<double, 1> >(g, "bias_corr", "Eigen::VectorXd",
                                       [](EigenMatrix<double, 1> *m) { (*m)(2, 0) += 1; });
  TestAdapter<std::vector<double> >(g, "bias_corr", "std::vector", [](std::vector<double> *v) { (*v)[2] += 1; });
  TestAdapter<std::vector<std::vector<float> > >(
      g, "out", "std::vector of std::vector", [](std::vector<std::vector<float> > *v) { (*v)[3][2] += 1; });

  // Rows with a gap between them, as kaldi::Matrix keeps them.
  const Matrix out = g.Expected("out");
  std::vector<float> strided(out.rows * 8, 99.0f);
  for (std::size_t r = 0; r < out.rows; ++r)
    for (std::size_t c = 0; c < out.columns; ++c) strided[r * 8 + c] = static_cast<float>(out(r, c));
  Expect(g.Check("out", strided.data(), out.rows, out.columns, 8), "stride");
}

void TestTexts(const std::string &root) {
  Golden g(root + "/sru/kaldi");
  KaldiMatrix<float> gradient;
  Golden(root + "/sru/numpy").Load("dW", &gradient);
  Expect(Contains(TextOf([&] { g.Check("w_xfrh_corr", gradient); }),
                  "sru/kaldi/w_xfrh_corr: shape 3\xC3\x97" "12, expected 12\xC3\x97" "3"), "shape");
  Expect(Contains(TextOf([&] { g.Check("outs", gradient); }), "has no 'outs' in its kaldi view"), "name");
  std::string told;
  g.OnFailure([&](const std::string &text) { told = text; });
  Matrix out = g.Expected("out");
  out.values[4] += 1;
  Expect(!g.Check("out", out) && Contains(told, "first wrong: out, t=0, stream 1, column 1"), "callback: " + told);
  Expect(g.Component() == "<SimpleRecurrentUnit>" && g.Dimension("T") == 3 && g.Dimension("Q") == 0, "description");

  Golden precise(root + "/sru/kaldi");
  std::vector<float> rounded;
  precise.Load("out", &rounded);
  precise.UseDouble();
  Expect(Contains(TextOf([&] { precise.Check("out", rounded.data(), out.rows, out.columns); }), "elements out"),
         "float64 bounds refuse float32 values");
  Expect(precise.Check("out", precise.Expected("out")), "float64 bounds");
}

void WriteText(const std::string &path, const std::string &text) {
  std::ofstream(path.c_str(), std::ios::binary) << text;
}

/// A folder with one output of which a tenth of the root mean square is 0.12247….
void TestUndecided(const std::string &folder) {
  const std::string file = "{\"view\":\"kaldi\",\"name\":\"out\",\"file\":\"out.txt\",\"layout\":\"plain\","
                           "\"float32Bound\":\"bound.txt\"}";
  const std::string head = "{\"format\":1,\"case\":\"made\",\"dimensions\":{},\"tensors\":[{\"role\":\"output\","
                           "\"blocks\":[],\"files\":[";
  WriteText(folder + "/case.json", head + file + "]}]}");
  WriteText(folder + "/out.txt", " [ 1 -1 0 2 ]\n");
  WriteText(folder + "/bound.txt", " [ 0.1225 0.1225 0.1225 0.1225 ]\n");
  Golden wide(folder);
  const Matrix out = wide.Expected("out");
  bool is_undecided = false;
  try {
    wide.Check("out", out);
  } catch (const nnet_oracle::Undecided &error) {
    is_undecided = Contains(error.what(), "made/kaldi/out: decides nothing: 100% of the elements that are not 0");
  }
  Expect(is_undecided, "undecided");
  wide.AllowUndecided();
  Expect(wide.Check("out", out), "undecided allowed");
  WriteText(folder + "/bound.txt", " [ 0.1224 0.1224 0.1224 0.1224 ]\n");
  Expect(Golden(folder).Check("out", out), "decided");

  for (const char *name : {"../out.txt", "/etc/passwd", "a/../../b", ""}) {
    std::string escaping = file;
    escaping.replace(escaping.find("out.txt"), 7, name);
    WriteText(folder + "/case.json", head + escaping + "]}]}");
    Expect(Contains(TextOf([&] { Golden(folder).Expected("out"); }), "leads outside"), name);
  }
}

/// Every beginning of a good file, and every file with one byte changed, is read or refused.
void TestDamage(const std::string &folder, const std::string &path) {
  const std::string whole = nnet_oracle::detail::ReadFile(path);
  std::size_t refused = 0, tried = 0;
  const auto attempt = [&](const std::string &bytes, bool is_json) {
    WriteText(folder + (is_json ? "/case.json" : "/damaged"), bytes);
    ++tried;
    try {
      if (is_json) Golden golden(folder);
      else nnet_oracle::Read(folder + "/damaged");
    } catch (const nnet_oracle::Error &) {
      ++refused;
    }
  };
  const bool is_json = Contains(path, ".json");
  const std::size_t step = 1 + whole.size() / 400;
  for (std::size_t i = 0; i + 2 < whole.size(); i += step) {
    attempt(whole.substr(0, i), is_json);
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    attempt(changed, is_json);
    changed[i] = '\xff';
    attempt(changed, is_json);
  }
  Expect(refused > tried / 4, path + ": only " + std::to_string(refused) + " of " + std::to_string(tried) + " refused");
}

void TestBinary(const std::string &folder) {
  std::vector<std::vector<float> > narrow(2, std::vector<float>(3, 0.1f));
  nnet_oracle::Dump(folder, "narrow", narrow);
  const Matrix back = nnet_oracle::Read(folder + "/narrow.mat");
  Expect(back.rows == 2 && back.columns == 3 && !back.is_double && back(1, 2) == 0.1f, "FM");
  nnet_oracle::Dump(folder, "wide", std::vector<double>(3, 0.1));
  const Matrix vector = nnet_oracle::Read(folder + "/wide.mat");
  Expect(vector.is_vector && vector.columns == 3 && vector.is_double && vector(0, 2) == 0.1, "DV");
  std::string bytes = nnet_oracle::detail::ReadFile(folder + "/narrow.mat");
  bytes.replace(6, 4, "\xff\xff\xff\x7f");
  WriteText(folder + "/huge.mat", bytes);
  Expect(Contains(TextOf([&] { nnet_oracle::Read(folder + "/huge.mat"); }), "fewer numbers"), "huge size");
}

void TestNumbers() {
  const struct { double value; std::size_t digits; const char *text; } rows[] = {
      {38.0, 9, "38"}, {2.265e-6, 3, "2.27e-06"}, {999999999.9, 9, "1e+09"}, {0.00012345, 3, "0.000123"},
      {123456.0, 3, "123000"}, {-0.0, 3, "-0"}, {1e23, 3, "1e+23"}, {0.1 + 0.2, 9, "0.3"}, {99.95, 3, "100"},
      {-std::numeric_limits<double>::infinity(), 9, "-inf"}};
  for (const auto &row : rows)
    Expect(nnet_oracle::detail::Short(row.value, row.digits) == row.text, row.text);
}

}  // namespace

int main(int count, char **words) {
  if (count < 4) return 2;
  const std::string root = words[1], folder = words[2];
  setenv("NNET_ORACLE", "/nowhere/nnet-oracle", 1);
  try {
    for (int i = 3; i < count; ++i) TestCase(words[i]);
    TestAdapters(root);
    TestTexts(root);
    TestNumbers();
    TestBinary(folder);
    TestDamage(folder, root + "/sru/kaldi/w_xfrh.txt");
    TestDamage(folder, folder + "/narrow.mat");
    TestDamage(folder, root + "/sru/case.json");
    TestUndecided(folder);
  } catch (const std::exception &error) {
    std::cerr << "failed: " << error.what() << "\n";
    ++failures;
  }
  std::cout << passed << " passed, " << failures << " failed\n";
  return failures == 0 ? 0 : 1;
}
