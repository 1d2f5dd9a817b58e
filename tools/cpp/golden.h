// Golden cases of nnet-oracle in your own C++ test: one header, C++11, nothing else.
//
//     #include "golden.h"
//     nnet_oracle::Golden g("golden/tflstm/kaldi");
//     kaldi::Matrix<float> in, out;
//     g.Load("in", &in);
//     component.Propagate(in, &out);
//     g.Check("out", out);                       // throws nnet_oracle::Mismatch
//     g.Check("out", pointer, rows, columns);    // the same for memory, rows one after another
//
// A matrix is anything with NumRows(), NumCols() and operator()(row, column) (kaldi::Matrix,
// CuMatrix), a vector anything with Dim() and operator()(index); Eigen's types, std::vector and
// std::vector of std::vector fit too. None of them is included here.
//
// The tolerance of a result is the golden case's own: how far a correct float32 program may be from
// the exact value (UseDouble(): float64). A failure throws, or goes to a callback (OnFailure), and
// its text is the one that `nnet-oracle compare` and golden.py print. Where the program nnet-oracle
// is on the path (or named by $NNET_ORACLE) the text ends with the cause that `compare` finds.
//
// One file by design, so that it can be copied into a tree; the parts are: matrices, adapters,
// numbers as text, JSON, places, judging, the class Golden.

#ifndef NNET_ORACLE_GOLDEN_H_
#define NNET_ORACLE_GOLDEN_H_

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iterator>
#include <limits>
#include <locale>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <stdlib.h>
#include <unistd.h>
#define NNET_ORACLE_HAS_PIPES 1
#endif

namespace nnet_oracle {

/// A golden folder or a file that cannot be used as it stands.
struct Error : std::runtime_error {
  explicit Error(const std::string &text) : std::runtime_error(text) {}
};

/// A matrix is out of tolerance, or of another shape.
struct Mismatch : std::runtime_error {
  explicit Mismatch(const std::string &text) : std::runtime_error(text) {}
};

/// Nothing is out, but the tolerances are too wide to decide: no pass.
struct Undecided : Mismatch {
  explicit Undecided(const std::string &text) : Mismatch(text) {}
};

// Matrices ---------------------------------------------------------------------------------------

/// Numbers in rows; a vector is one row.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values;
  bool is_vector = false;
  bool is_double = true;  // what the numbers were kept in

  double operator()(std::size_t row, std::size_t column) const {
    return values[row * columns + column];
  }
};

namespace detail {

inline std::string ReadFile(const std::string &path) {
  std::ifstream file(path.c_str(), std::ios::binary);
  if (!file) throw Error(path + ": cannot be opened");
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

/// A decimal number whatever the program's locale; false for what is none.
inline bool ParseNumber(const std::string &word, double *value) {
  std::string plain;
  for (char letter : word) plain += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  const bool negative = !plain.empty() && plain[0] == '-';
  const std::string bare = negative ? plain.substr(1) : plain;
  if (bare == "inf" || bare == "infinity") {
    *value = (negative ? -1 : 1) * std::numeric_limits<double>::infinity();
    return true;
  }
  if (bare == "nan") {
    *value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  std::istringstream stream(word);
  stream.imbue(std::locale::classic());
  stream >> *value;
  return !stream.fail() && stream.peek() == std::char_traits<char>::eof();
}

inline Matrix ParseText(const std::string &text, const std::string &path) {
  Matrix matrix;
  std::size_t place = text.find_first_not_of(" \t\r\n");
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (place == std::string::npos || text[place] != '[' || text[end] != ']' || end == place)
    throw Error(path + ": found no '[' ... ']' around the numbers");
  const std::string body = text.substr(place + 1, end - place - 1);
  matrix.is_vector = body.find('\n') == std::string::npos;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::size_t count = 0;
    for (std::string word; words >> word; ++count) {
      double value = 0;
      if (!ParseNumber(word, &value)) throw Error(path + ": found '" + word + "', expected a number");
      matrix.values.push_back(value);
    }
    if (count == 0) continue;
    if (matrix.rows > 0 && count != matrix.columns)
      throw Error(path + ": found rows of different lengths");
    matrix.columns = count;
    ++matrix.rows;
  }
  return matrix;
}

inline Matrix ParseBinary(const std::string &bytes, const std::string &path) {
  Matrix matrix;
  const std::string token = bytes.substr(2, 3);
  const bool is_known = token == "FM " || token == "DM " || token == "FV " || token == "DV ";
  if (!is_known) throw Error(path + ": found no FM, DM, FV or DV behind the binary mark");
  matrix.is_vector = token[1] == 'V';
  matrix.is_double = token[0] == 'D';
  std::size_t place = 5;
  std::uint32_t sizes[2] = {1, 0};
  for (int axis = matrix.is_vector ? 1 : 0; axis < 2; ++axis, place += 5) {
    if (place + 5 > bytes.size() || bytes[place] != 4) throw Error(path + ": found no size");
    std::memcpy(&sizes[axis], bytes.data() + place + 1, 4);
    if (sizes[axis] > 0x7fffffffu) throw Error(path + ": found a negative size");
  }
  const std::size_t width = matrix.is_double ? 8 : 4;
  const std::uint64_t count = static_cast<std::uint64_t>(sizes[0]) * sizes[1];
  if (count > (bytes.size() - place) / width) throw Error(path + ": found fewer numbers than it says");
  matrix.rows = sizes[0];
  matrix.columns = sizes[1];
  matrix.values.resize(static_cast<std::size_t>(count));
  for (std::size_t index = 0; index < matrix.values.size(); ++index, place += width) {
    float narrow = 0;
    if (matrix.is_double) {
      std::memcpy(&matrix.values[index], bytes.data() + place, 8);
    } else {
      std::memcpy(&narrow, bytes.data() + place, 4);
      matrix.values[index] = narrow;
    }
  }
  return matrix;
}

}  // namespace detail

/// Reads a Kaldi matrix or vector, text or binary (binary on little-endian machines).
inline Matrix Read(const std::string &path) {
  const std::string bytes = detail::ReadFile(path);
  return bytes.size() >= 2 && bytes[0] == '\0' && bytes[1] == 'B' ? detail::ParseBinary(bytes, path)
                                                                  : detail::ParseText(bytes, path);
}

/// Writes a Kaldi binary matrix or vector, exactly: for `nnet-oracle compare` and `inspect`.
inline void Write(const std::string &path, const Matrix &matrix) {
  std::string bytes("\0B", 2);
  bytes += matrix.is_double ? 'D' : 'F';
  bytes += matrix.is_vector ? "V " : "M ";
  const std::uint32_t sizes[2] = {static_cast<std::uint32_t>(matrix.rows),
                                  static_cast<std::uint32_t>(matrix.columns)};
  for (int axis = matrix.is_vector ? 1 : 0; axis < 2; ++axis) {
    bytes += '\4';
    bytes.append(reinterpret_cast<const char *>(&sizes[axis]), 4);
  }
  for (double value : matrix.values) {
    const float narrow = static_cast<float>(value);
    if (matrix.is_double) bytes.append(reinterpret_cast<const char *>(&value), 8);
    else bytes.append(reinterpret_cast<const char *>(&narrow), 4);
  }
  std::ofstream file(path.c_str(), std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw Error(path + ": cannot be written");
}

// Adapters ---------------------------------------------------------------------------------------

namespace detail {

template <int N> struct Rank : Rank<N - 1> {};
template <> struct Rank<0> {};

template <typename T> struct Plain {
  typedef typename std::remove_cv<typename std::remove_reference<T>::type>::type type;
};

inline Matrix Sized(std::size_t rows, std::size_t columns, bool is_vector, std::size_t width) {
  Matrix matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.is_vector = is_vector;
  matrix.is_double = width > 4;
  matrix.values.reserve(rows * columns);
  return matrix;
}

template <typename T>
std::size_t Count(T count) {
  return static_cast<std::size_t>(count);
}

/// Any matrix at hand as numbers in rows: Kaldi's, then Eigen's, then vectors.
template <typename M>
auto View(const M &m, Rank<5>) -> decltype(m.NumRows(), m.NumCols(), m(0, 0), Matrix()) {
  Matrix copy = Sized(Count(m.NumRows()), Count(m.NumCols()), false, sizeof(typename Plain<decltype(m(0, 0))>::type));
  for (decltype(m.NumRows()) r = 0; r < m.NumRows(); ++r)
    for (decltype(m.NumCols()) c = 0; c < m.NumCols(); ++c) copy.values.push_back(m(r, c));
  return copy;
}
template <typename V>
auto View(const V &v, Rank<4>) -> decltype(v.Dim(), v(0), Matrix()) {
  Matrix copy = Sized(1, Count(v.Dim()), true, sizeof(typename Plain<decltype(v(0))>::type));
  for (decltype(v.Dim()) i = 0; i < v.Dim(); ++i) copy.values.push_back(v(i));
  return copy;
}
template <typename M>
auto View(const M &m, Rank<3>) -> decltype(m.rows(), m.cols(), m(0, 0), Matrix()) {
  Matrix copy = Sized(Count(m.rows()), Count(m.cols()), false, sizeof(typename Plain<decltype(m(0, 0))>::type));
  for (decltype(m.rows()) r = 0; r < m.rows(); ++r)
    for (decltype(m.cols()) c = 0; c < m.cols(); ++c) copy.values.push_back(m(r, c));
  return copy;
}
template <typename T>
Matrix View(const std::vector<std::vector<T> > &rows, Rank<2>) {
  Matrix copy = Sized(rows.size(), rows.empty() ? 0 : rows[0].size(), false, sizeof(T));
  for (const std::vector<T> &row : rows) {
    if (row.size() != copy.columns) throw Error("found rows of different lengths");
    copy.values.insert(copy.values.end(), row.begin(), row.end());
  }
  return copy;
}
template <typename T>
Matrix View(const std::vector<T> &values, Rank<1>) {
  Matrix copy = Sized(1, values.size(), true, sizeof(T));
  copy.values.assign(values.begin(), values.end());
  return copy;
}
inline Matrix View(const Matrix &matrix, Rank<6>) { return matrix; }

/// Fills any matrix at hand; the one that fits a golden vector gets it as a row, or as a column
/// where it can hold nothing else.
template <typename M>
auto Fill(const Matrix &from, M *m, Rank<5>)
    -> decltype(m->Resize(1, 1), m->NumRows(), (*m)(0, 0) = 1.0f, void()) {
  typedef decltype(m->NumRows()) Index;
  typedef typename Plain<decltype(static_cast<const M &>(*m)(0, 0))>::type Real;
  const Index rows = static_cast<Index>(from.rows), columns = static_cast<Index>(from.columns);
  const double *value = from.values.data();
  m->Resize(rows, columns);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; ++c) (*m)(r, c) = static_cast<Real>(*value++);
}
template <typename V>
auto Fill(const Matrix &from, V *v, Rank<4>)
    -> decltype(v->Resize(1), v->Dim(), (*v)(0) = 1.0f, void()) {
  typedef decltype(v->Dim()) Index;
  typedef typename Plain<decltype(static_cast<const V &>(*v)(0))>::type Real;
  const Index count = static_cast<Index>(from.values.size());
  v->Resize(count);
  for (Index i = 0; i < count; ++i)
    (*v)(i) = static_cast<Real>(from.values[static_cast<std::size_t>(i)]);
}
template <typename M>
auto Fill(const Matrix &from, M *m, Rank<3>)
    -> decltype(m->resize(1, 1), m->rows(), (*m)(0, 0) = 1.0f, void()) {
  typedef decltype(m->rows()) Index;
  typedef typename Plain<decltype(static_cast<const M &>(*m)(0, 0))>::type Real;
  const bool is_column = static_cast<int>(M::ColsAtCompileTime) == 1;
  const Index columns = is_column ? 1 : static_cast<Index>(from.columns);
  const Index rows = static_cast<Index>(is_column ? from.values.size() : from.rows);
  const double *value = from.values.data();
  m->resize(rows, columns);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; ++c) (*m)(r, c) = static_cast<Real>(*value++);
}
template <typename T>
void Fill(const Matrix &from, std::vector<std::vector<T> > *rows, Rank<2>) {
  rows->assign(from.rows, std::vector<T>(from.columns));
  for (std::size_t r = 0; r < from.rows; ++r)
    for (std::size_t c = 0; c < from.columns; ++c) (*rows)[r][c] = static_cast<T>(from(r, c));
}
template <typename T>
void Fill(const Matrix &from, std::vector<T> *values, Rank<1>) {
  values->resize(from.values.size());
  for (std::size_t i = 0; i < from.values.size(); ++i) (*values)[i] = static_cast<T>(from.values[i]);
}
inline void Fill(const Matrix &from, Matrix *matrix, Rank<6>) { *matrix = from; }

// Numbers as text --------------------------------------------------------------------------------

/// The shortest decimal that reads back: its digits, and the power of ten behind them.
inline std::string Digits(double value, int *exponent) {
  std::string digits;
  for (int precision = 0; precision <= 17; ++precision) {
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    stream << std::scientific << std::setprecision(precision) << std::fabs(value);
    const std::string text = stream.str();
    double back = 0;
    const bool reads = ParseNumber(text, &back) && back == std::fabs(value);
    if (!reads && precision < 17) continue;
    const std::size_t mark = text.find('e');
    digits.clear();
    for (std::size_t i = 0; i < mark; ++i)
      if (text[i] != '.') digits += text[i];
    *exponent = std::atoi(text.c_str() + mark + 1) - precision;
    break;
  }
  return digits;
}

/// A number to a few significant digits, cut from the shortest decimal that reads back.
inline std::string Short(double value, std::size_t digits) {
  if (value != value) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  int exponent = 0;
  std::string mantissa = Digits(value, &exponent);
  if (mantissa.size() > digits) {
    bool carry = mantissa[digits] >= '5';
    exponent += static_cast<int>(mantissa.size() - digits);
    mantissa.resize(digits);
    for (std::size_t i = digits; carry && i-- > 0;) {
      carry = mantissa[i] == '9';
      mantissa[i] = carry ? '0' : static_cast<char>(mantissa[i] + 1);
    }
    if (carry) {
      mantissa.insert(0, 1, '1').erase(digits);
      ++exponent;
    }
  }
  while (mantissa.size() > 1 && mantissa[mantissa.size() - 1] == '0') {
    mantissa.erase(mantissa.size() - 1);
    ++exponent;
  }
  const int decade = exponent + static_cast<int>(mantissa.size()) - 1;
  const std::string sign = value < 0 ? "-" : "";
  if (decade < -4 || decade >= 9) {
    const std::string tail = mantissa.size() > 1 ? "." + mantissa.substr(1) : "";
    const std::string size = std::to_string(std::abs(decade));
    return sign + mantissa.substr(0, 1) + tail + (decade < 0 ? "e-" : "e+") +
           (size.size() < 2 ? "0" : "") + size;
  }
  if (exponent >= 0) return sign + mantissa + std::string(static_cast<std::size_t>(exponent), '0');
  if (decade < 0) return sign + "0." + std::string(static_cast<std::size_t>(-decade - 1), '0') + mantissa;
  return sign + mantissa.insert(static_cast<std::size_t>(decade + 1), ".");
}

/// What the seventh significant digit of a number is worth; nothing for 0.
inline double SeventhDigit(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  int exponent = 0;
  const int count = static_cast<int>(Digits(value, &exponent).size());
  double unit = 0;
  ParseNumber("1e" + std::to_string(exponent + count - 7), &unit);
  return unit;
}

// JSON -------------------------------------------------------------------------------------------

/// A value of a JSON text; what is not there is null and empty.
struct Json {
  std::map<std::string, Json> members;
  std::vector<Json> items;
  std::string text;
  double number = 0;

  const Json &operator[](const std::string &key) const {
    static const Json none;
    const std::map<std::string, Json>::const_iterator found = members.find(key);
    return found == members.end() ? none : found->second;
  }
};

/// Reads JSON as nnet-oracle writes it; throws for what is malformed or nested too deeply.
class JsonReader {
 public:
  JsonReader(const std::string &text, const std::string &path) : text_(text), path_(path) {}
  JsonReader(std::string &&, const std::string &) = delete;

  Json Read() {
    const Json value = Value(0);
    Space();
    if (place_ != text_.size()) Fail();
    return value;
  }

 private:
  void Fail() const { throw Error(path_ + ": byte " + std::to_string(place_) + ": no valid JSON"); }
  void Space() {
    while (place_ < text_.size() && std::strchr(" \t\r\n", text_[place_])) ++place_;
  }
  bool Take(char wanted) {
    Space();
    if (place_ >= text_.size() || text_[place_] != wanted) return false;
    ++place_;
    return true;
  }
  void Expect(char wanted) {
    if (!Take(wanted)) Fail();
  }

  Json Value(int depth) {
    Json value;
    if (depth > 64) Fail();
    if (Take('{')) {
      if (Take('}')) return value;
      do {
        Expect('"');
        const std::string key = String();
        Expect(':');
        value.members[key] = Value(depth + 1);
      } while (Take(','));
      Expect('}');
    } else if (Take('[')) {
      if (Take(']')) return value;
      do value.items.push_back(Value(depth + 1));
      while (Take(','));
      Expect(']');
    } else if (Take('"')) {
      value.text = String();
    } else {
      const std::size_t end = text_.find_first_of(",]} \t\r\n", place_);
      const std::string word = text_.substr(place_, end == std::string::npos ? end : end - place_);
      const bool is_word = word == "null" || word == "true" || word == "false";
      if (!is_word && (word.empty() || !ParseNumber(word, &value.number))) Fail();
      place_ += word.size();
    }
    return value;
  }

  std::string String() {
    std::string result;
    for (; place_ < text_.size(); ++place_) {
      char letter = text_[place_];
      if (letter == '"') {
        ++place_;
        return result;
      }
      if (letter == '\\') {
        if (++place_ >= text_.size()) break;
        letter = text_[place_];
        if (letter == 'n') letter = '\n';
        if (letter == 't') letter = '\t';
        if (letter == 'u') {
          if (place_ + 4 >= text_.size()) break;
          const long code = std::strtol(text_.substr(place_ + 1, 4).c_str(), nullptr, 16);
          letter = code < 0x80 ? static_cast<char>(code) : '?';
          place_ += 4;
        }
      }
      result += letter;
    }
    Fail();
    return result;
  }

  const std::string &text_;
  const std::string path_;
  std::size_t place_ = 0;
};

// Places -----------------------------------------------------------------------------------------

/// A tensor of one view, as case.json describes it.
struct Tensor {
  Json entry, file;

  bool IsResult() const {
    const std::string &role = entry["role"].text;
    return role == "output" || role == "gradient" || role == "internal";
  }
};

/// How the rows and columns of a tensor are frames, streams, quantities and units.
class Layout {
 public:
  Layout(const Tensor &tensor, const Json &dimensions, std::size_t rows)
      : name_(tensor.file["name"].text), blocks_(tensor.entry["blocks"].items) {
    const std::string &layout = tensor.file["layout"].text;
    const std::size_t count = static_cast<std::size_t>(std::max(0.0, dimensions["T"].number));
    const std::size_t streams = static_cast<std::size_t>(std::max(0.0, dimensions["N"].number));
    is_backward_ = tensor.entry["role"].text == "gradient" || name_.compare(0, 13, "backpropagate") == 0 ||
                   (!blocks_.empty() && blocks_[0]["name"].text.compare(0, 1, "d") == 0);
    const bool by_frame = layout == "time-major";
    if ((!by_frame && layout != "batch-major") || count == 0) return;
    if (rows == count) Set(1, count, true, 0);
    else if (streams > 0 && rows == count * streams) Set(streams, count, by_frame, 0);
    else if (streams > 0 && rows == (count + 2) * streams && by_frame) Set(streams, count, true, 1);
  }

  /// The place in the order of evaluation, to be compared.
  std::vector<long> Order(std::size_t row, std::size_t column) const {
    std::vector<long> place = Locate(row, column);
    if (has_frames_ && is_backward_) place[0] = -place[0];
    return place;
  }

  /// Quantity, frame, stream and unit, as `compare` says them.
  std::string Words(std::size_t row, std::size_t column) const {
    const std::vector<long> place = Locate(row, column);
    const std::string name = blocks_.empty() ? name_ : blocks_[static_cast<std::size_t>(place[1])]["name"].text;
    if (!has_frames_) return name + ", row " + std::to_string(row) + ", column " + std::to_string(place[3]);
    return name + ", t=" + std::to_string(place[0]) + ", stream " + std::to_string(place[2]) +
           (blocks_.empty() ? ", column " : ", unit ") + std::to_string(place[3]);
  }

 private:
  void Set(std::size_t streams, std::size_t count, bool by_frame, long padding) {
    has_frames_ = true;
    streams_ = streams;
    count_ = count;
    by_frame_ = by_frame;
    padding_ = padding;
  }

  /// Frame, quantity, stream, unit.
  std::vector<long> Locate(std::size_t row, std::size_t column) const {
    long quantity = 0, unit = static_cast<long>(column);
    for (std::size_t index = 0; index < blocks_.size(); ++index) {
      const std::vector<Json> &columns = blocks_[index]["columns"].items;
      if (columns.size() != 2) continue;
      const long inside = static_cast<long>(column) - static_cast<long>(columns[0].number);
      if (inside < 0 || inside >= static_cast<long>(columns[1].number)) continue;
      quantity = static_cast<long>(index);
      unit = inside;
      break;
    }
    long frame = static_cast<long>(row), stream = 0;
    if (has_frames_) {
      frame = static_cast<long>(by_frame_ ? row / streams_ : row % count_) - padding_;
      stream = static_cast<long>(by_frame_ ? row % streams_ : row / count_);
    }
    const long place[4] = {frame, quantity, stream, unit};
    return std::vector<long>(place, place + 4);
  }

  std::string name_;
  std::vector<Json> blocks_;
  bool is_backward_ = false, has_frames_ = false, by_frame_ = true;
  std::size_t streams_ = 1, count_ = 1;
  long padding_ = 0;
};

inline std::string Times(const Matrix &matrix) {
  return std::to_string(matrix.rows) + "\xC3\x97" + std::to_string(matrix.columns);
}

}  // namespace detail

// Judging ----------------------------------------------------------------------------------------

/// What holding a matrix against its golden tensor showed.
struct Judgement {
  enum Verdict { kMatch, kMismatch, kUndecided };
  Verdict verdict = kMatch;
  std::string name;                // case/view/tensor
  std::size_t outside = 0;         // elements out of tolerance
  double share = 0;                // the largest share of its tolerance that an element uses
  std::size_t row = 0, column = 0; // of that element
  std::vector<std::string> lines;  // what there is to say

  /// All lines, the tensor's name in front.
  std::string Text() const {
    std::string text = name + ": ";
    for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "" : "\n  ") + lines[i];
    return text;
  }
};

/// One golden case.
class Golden {
 public:
  /// Opens a case's folder, or its `kaldi` or `numpy` folder; Kaldi's view unless said otherwise.
  explicit Golden(std::string folder) : folder_(folder), view_("kaldi") {
    while (folder_.size() > 1 && folder_[folder_.size() - 1] == '/') folder_.erase(folder_.size() - 1);
    const std::size_t slash = folder_.rfind('/');
    const std::string last = slash == std::string::npos ? folder_ : folder_.substr(slash + 1);
    if ((last == "kaldi" || last == "numpy") && !std::ifstream((folder_ + "/case.json").c_str())) {
      view_ = last;
      folder_ = slash == std::string::npos ? "." : folder_.substr(0, slash);
    }
    const std::string path = folder_ + "/case.json";
    const std::string text = detail::ReadFile(path);
    description_ = detail::JsonReader(text, path).Read();
    if (description_["format"].number != 1) throw Error(path + ": found no golden case of format 1");
    bool has_view = false;
    for (const detail::Json &entry : description_["tensors"].items)
      for (const detail::Json &file : entry["files"].items) {
        detail::Tensor tensor;
        tensor.entry = entry;
        tensor.file = file;
        tensors_[file["view"].text + "/" + file["name"].text] = tensor;
        order_.push_back(file["view"].text + "/" + file["name"].text);
        has_view = has_view || file["view"].text == view_;
      }
    if (!has_view) throw Error(folder_ + ": found no " + view_ + " view");
  }

  /// Judges by the float64 bounds.
  void UseDouble(bool use = true) { use_double_ = use; }
  /// Lets undecided tensors pass.
  void AllowUndecided(bool allow = true) { allow_undecided_ = allow; }
  /// Calls back with the text of a failure instead of throwing.
  void OnFailure(std::function<void(const std::string &)> callback) { on_failure_ = callback; }

  /// The case's folder.
  const std::string &Folder() const { return folder_; }
  /// The case's name.
  const std::string &Case() const { return description_["case"].text; }
  /// Kaldi's marker, such as <TfLstm>; empty where Kaldi has no such component.
  const std::string &Component() const { return description_["component"].text; }
  /// The view.
  const std::string &View() const { return view_; }
  /// A size by its letter (N, T, D, H, …), 0 where there is none.
  int Dimension(const std::string &letter) const {
    return static_cast<int>(description_["dimensions"][letter].number);
  }
  /// The tensors of the view in the order of evaluation; of one role if one is named.
  std::vector<std::string> Names(const std::string &role = "") const {
    std::vector<std::string> names;
    for (const std::string &key : order_) {
      const detail::Tensor &tensor = tensors_.find(key)->second;
      if (tensor.file["view"].text != view_) continue;
      if (role.empty() || tensor.entry["role"].text == role) names.push_back(tensor.file["name"].text);
    }
    return names;
  }
  /// Whether the view has a tensor.
  bool Has(const std::string &name) const { return tensors_.count(Key(name)) > 0; }

  /// A golden tensor; `numpy/NAME` and `kaldi/NAME` reach into the other view.
  Matrix Expected(const std::string &name) const { return ReadBelow(Find(name).file["file"].text); }

  /// Puts a golden tensor into any matrix or vector.
  template <typename M>
  void Load(const std::string &name, M *matrix) const {
    detail::Fill(Expected(name), matrix, detail::Rank<6>());
  }

  /// Raises or reports unless a matrix is what the golden case expects; whether it is.
  template <typename M>
  bool Check(const std::string &name, const M &actual) const {
    return Settle(name, detail::View(actual, detail::Rank<6>()));
  }
  /// The same for rows in memory, `stride` numbers from one row to the next.
  template <typename T>
  bool Check(const std::string &name, const T *values, std::size_t rows, std::size_t columns,
             std::size_t stride = 0) const {
    Matrix actual = detail::Sized(rows, columns, false, sizeof(T));
    if (stride == 0) stride = columns;
    for (std::size_t r = 0; r < rows; ++r)
      actual.values.insert(actual.values.end(), values + r * stride, values + r * stride + columns);
    return Settle(name, actual);
  }

  /// Holds a matrix against a golden tensor; throws nothing for what is out.
  template <typename M>
  Judgement Judge(const std::string &name, const M &actual) const {
    return JudgeMatrix(name, detail::View(actual, detail::Rank<6>()));
  }

 private:
  std::string Key(const std::string &name) const {
    return name.find('/') == std::string::npos ? view_ + "/" + name : name;
  }
  const detail::Tensor &Find(const std::string &name) const {
    const std::map<std::string, detail::Tensor>::const_iterator found = tensors_.find(Key(name));
    if (found != tensors_.end()) return found->second;
    std::string names;
    for (const std::string &other : Names()) names += (names.empty() ? "" : ", ") + other;
    throw Error(Case() + " has no '" + name + "' in its " + view_ + " view: there is " + names);
  }
  Matrix ReadBelow(const std::string &file) const {
    if (file.empty() || file[0] == '/' || ("/" + file + "/").find("/../") != std::string::npos)
      throw Error(folder_ + "/case.json: the file name '" + file + "' leads outside");
    return Read(folder_ + "/" + file);
  }

  bool Settle(const std::string &name, const Matrix &actual) const {
    const Judgement judgement = JudgeMatrix(name, actual);
    if (judgement.verdict == Judgement::kMatch) return true;
    const bool is_undecided = judgement.verdict == Judgement::kUndecided;
    if (is_undecided && allow_undecided_) return true;
    const std::string text = judgement.Text() + (is_undecided ? "" : Causes(name, actual));
    if (on_failure_) on_failure_(text);
    else if (is_undecided) throw Undecided(text);
    else throw Mismatch(text);
    return false;
  }

  Judgement JudgeMatrix(const std::string &name, const Matrix &found) const {
    const detail::Tensor &tensor = Find(name);
    const Matrix wanted = Expected(name);
    Judgement result;
    result.name = Case() + "/" + tensor.file["view"].text + "/" + tensor.file["name"].text;
    const bool is_line = std::min(wanted.rows, wanted.columns) <= 1 && std::min(found.rows, found.columns) <= 1;
    const bool is_same = wanted.rows == found.rows && wanted.columns == found.columns;
    if (!is_same && !(is_line && wanted.values.size() == found.values.size())) {
      result.verdict = Judgement::kMismatch;
      result.lines.push_back("shape " + detail::Times(found) + ", expected " + detail::Times(wanted));
      return result;
    }
    const std::vector<double> allowed = Allowances(tensor, wanted, found);
    const detail::Layout layout(tensor, description_["dimensions"], wanted.rows);
    const double infinity = std::numeric_limits<double>::infinity();
    std::size_t worst = 0, first = 0;
    double worst_error = -1;
    result.share = -1;
    for (std::size_t i = 0; i < wanted.values.size(); ++i) {
      const double e = wanted.values[i], a = found.values[i];
      double error = std::fabs(a - e), share = error == 0 ? 0 : error / allowed[i];
      if (!std::isfinite(e) || !std::isfinite(a)) {
        const bool agree = e == a || (e != e && a != a);
        share = agree ? 0 : infinity;
        // NaN is farther than any number.
        error = agree ? 0 : e != e || a != a ? infinity : std::numeric_limits<double>::max();
      }
      if (share > result.share || (share == result.share && error > worst_error)) {
        result.share = share;
        worst_error = error;
        worst = i;
      }
      if (share <= 1) continue;
      if (result.outside++ == 0 || OrderOf(layout, wanted, i) < OrderOf(layout, wanted, first)) first = i;
    }
    result.share = std::max(result.share, 0.0);
    result.row = worst / std::max<std::size_t>(wanted.columns, 1);
    result.column = worst % std::max<std::size_t>(wanted.columns, 1);
    if (result.outside > 0) {
      const double e = wanted.values[worst], a = found.values[worst];
      result.verdict = Judgement::kMismatch;
      result.lines.push_back(std::to_string(result.outside) + " of " + std::to_string(wanted.values.size()) +
                             " elements out; " + WorstWords(result, e, a, allowed[worst]));
      if (tensor.IsResult())
        result.lines.push_back("first wrong: " + layout.Words(first / wanted.columns, first % wanted.columns));
      result.lines.push_back("worst: " + layout.Words(result.row, result.column));
    }
    CallOutNothing(wanted, found, &result);
    if (result.verdict == Judgement::kMatch) Weigh(wanted, found, allowed, &result);
    return result;
  }

  /// The worst element, in the words of `compare`.
  static std::string WorstWords(const Judgement &result, double expected, double actual, double allowed) {
    const std::string place = std::to_string(result.row) + "," + std::to_string(result.column);
    const std::string due = "expected " + detail::Short(expected, 9) + " within " +
                            detail::Short(std::isfinite(expected) ? allowed : 0, 3);
    if (std::isnan(actual)) return "not a number from " + place + " on, where " + due + " belongs";
    if (std::isinf(actual)) return "infinite from " + place + " on, where " + due + " belongs";
    return "worst at " + place + ": " + due + ", found " + detail::Short(actual, 9);
  }

  static std::vector<long> OrderOf(const detail::Layout &layout, const Matrix &matrix, std::size_t index) {
    return layout.Order(index / matrix.columns, index % matrix.columns);
  }

  /// The largest permitted |actual - expected| of each element.
  std::vector<double> Allowances(const detail::Tensor &tensor, const Matrix &wanted,
                                 const Matrix &found) const {
    const std::size_t count = wanted.values.size();
    std::vector<double> allowed(count, std::numeric_limits<double>::infinity());
    if (!tensor.IsResult()) {
      const double roundoff = std::ldexp(1.0, use_double_ ? -53 : -24);
      for (std::size_t i = 0; i < count; ++i)
        allowed[i] = roundoff * std::fabs(wanted.values[i]) + 1e-8 +
                     (use_double_ ? 0 : detail::SeventhDigit(std::isfinite(found.values[i]) ? found.values[i] : wanted.values[i]));
      return allowed;
    }
    bool is_bounded = false;
    for (const char *kind : {"Bound", "Estimate"}) {
      const std::string &file = tensor.file[(use_double_ ? "float64" : "float32") + std::string(kind)].text;
      if (file.empty()) continue;
      const Matrix bound = ReadBelow(file);
      if (bound.values.size() != count) throw Error(folder_ + "/" + file + ": a bound of another shape");
      for (std::size_t i = 0; i < count; ++i) allowed[i] = std::min(allowed[i], bound.values[i]);
      is_bounded = true;
    }
    const bool is_double = use_double_ || found.is_double;
    for (std::size_t i = 0; !is_bounded && i < count; ++i)
      allowed[i] = (is_double ? 1e-13 : 1e-6) + (is_double ? 1e-12 : 1e-5) * std::fabs(wanted.values[i]);
    return allowed;
  }

  /// Says so where one number is repeated though the expected ones vary.
  static void CallOutNothing(const Matrix &wanted, const Matrix &found, Judgement *result) {
    if (found.values.empty()) return;
    const double head = found.values[0];
    bool varies = false, matters = false;
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      if (!(found.values[i] == head)) return;
      varies = varies || wanted.values[i] != wanted.values[0];
      matters = matters || !(std::fabs(wanted.values[i]) <= std::ldexp(1.0, -126));
    }
    if (head == 0 && matters) {
      result->verdict = Judgement::kMismatch;
      result->lines.push_back("nothing was computed: every element is 0");
    } else if (head != 0 && result->outside > 0 && varies) {
      result->lines.push_back("nothing was computed: every element is " + detail::Short(head, 17));
    }
  }

  /// Tells a tensor that decides nothing: more than half of its elements that are not 0 could be off
  /// by a tenth of its root mean square and still pass.
  static void Weigh(const Matrix &wanted, const Matrix &found, const std::vector<double> &allowed,
                    Judgement *result) {
    double largest = 0, squares = 0;
    std::size_t finite = 0, count = 0, vacuous = 0;
    for (double value : wanted.values) {
      if (!std::isfinite(value)) continue;
      largest = std::max(largest, std::fabs(value));
      ++finite;
    }
    if (!(largest > 0)) return;
    for (double value : wanted.values)
      if (std::isfinite(value)) squares += (value / largest) * (value / largest);
    const double limit = 0.1 * (largest * std::sqrt(squares / static_cast<double>(finite)));
    for (std::size_t i = 0; i < wanted.values.size(); ++i) {
      if (wanted.values[i] == 0) continue;
      ++count;
      // What is not finite is right or wrong, whatever the tolerance.
      const bool is_finite = std::isfinite(wanted.values[i]) && std::isfinite(found.values[i]);
      if (is_finite && !(allowed[i] < limit)) ++vacuous;
    }
    const double share = static_cast<double>(vacuous) / static_cast<double>(count);
    if (!(share > 0.5)) return;
    result->verdict = Judgement::kUndecided;
    result->lines.push_back("decides nothing: " + detail::Short(share * 100, 3) +
                            "% of the elements that are not 0 may err by a tenth of the root mean square or more");
  }

  /// What `nnet-oracle compare` finds to be the cause, where the program is there.
  std::string Causes(const std::string &name, const Matrix &actual) const {
    std::string causes;
#ifdef NNET_ORACLE_HAS_PIPES
    const detail::Tensor &tensor = Find(name);
    const std::string &plain = tensor.file["name"].text;
    if (plain.empty() || plain.find('/') != std::string::npos) return "";
    const char *program = std::getenv("NNET_ORACLE");
    const char *folder = std::getenv("TMPDIR");
    std::string pattern = std::string(folder ? folder : "/tmp") + "/nnet-oracle-XXXXXX";
    if (!mkdtemp(&pattern[0])) return "";
    const std::string file = pattern + "/" + plain + ".mat";
    try {
      Write(file, actual);
      const std::string command = Quoted(program ? program : "nnet-oracle") + " compare " +
                                  Quoted(folder_ + "/" + tensor.file["view"].text) + " " +
                                  Quoted(pattern) + " --json" + (use_double_ ? " --double" : "") +
                                  " 2>/dev/null </dev/null";
      std::string report;
      if (FILE *pipe = popen(command.c_str(), "r")) {
        char buffer[4096];
        for (std::size_t count; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
          report.append(buffer, count);
        pclose(pipe);
      }
      const detail::Json found = report.empty() ? detail::Json() : detail::JsonReader(report, "report").Read();
      for (const detail::Json &finding : found["findings"].items) {
        if (finding["cause"].text.empty()) continue;
        causes += "\ncause: " + finding["cause"].text;
        if (!finding["explanation"].text.empty()) causes += "\n    " + finding["explanation"].text;
      }
    } catch (const Error &) {
      // A cause is an extra: the failure is told without it.
    }
    std::remove(file.c_str());
    rmdir(pattern.c_str());
#else
    (void)name;
    (void)actual;
#endif
    return causes;
  }
  static std::string Quoted(const std::string &word) {
    std::string result = "'";
    for (char letter : word) result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return result + "'";
  }

  std::string folder_, view_;
  detail::Json description_;
  std::map<std::string, detail::Tensor> tensors_;
  std::vector<std::string> order_;
  std::function<void(const std::string &)> on_failure_;
  bool use_double_ = false, allow_undecided_ = false;
};

/// Writes any matrix as FOLDER/NAME.mat in Kaldi's binary form, for `nnet-oracle compare`.
template <typename M>
void Dump(const std::string &folder, const std::string &name, const M &matrix) {
  Write(folder + "/" + name + ".mat", detail::View(matrix, detail::Rank<6>()));
}

}  // namespace nnet_oracle

#endif  // NNET_ORACLE_GOLDEN_H_
