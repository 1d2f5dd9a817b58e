// Kaldi nnet1 components against golden cases: the unit test that asserts.
//
// Put this file and golden.h into src/nnet of a Kaldi tree, add the line of tools/kaldi/README.md to
// its Makefile, and run
//
//     oracle-component-test GOLDEN-FOLDER [CASE...]              GOLDEN-FOLDER is ./golden unless given
//     oracle-component-test --models FOLDER GOLDEN-FOLDER        only writes FOLDER/CASE.nnet
//
// For every golden case with a component it builds the component (from model.nnet in the case's
// folder, or else from the golden parameters), runs Propagate, Backpropagate and Update, and checks
// the output, the input derivative and every parameter's gradient. Where something is out, all that
// the component gave lies in oracle-dump/CASE, for `nnet-oracle compare`. Exit status 0: all match;
// 1: a mismatch; 2: a case could not be run, or there was none.
//
// Switches for the compiler:
//   -DNNET_ORACLE_BUFFERS   checks and dumps propagate_buf_ and backpropagate_buf_ too, and sets an
//                           initial state. They are protected members, so the headers of the
//                           components are then read with "protected" as "public".
//   -DNNET_ORACLE_UPSTREAM  for trees without SimpleRecurrentUnit, TfLstm and the compact FSMNs.

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#ifdef NNET_ORACLE_BUFFERS
#define protected public
#define private public
#endif
#include "nnet/nnet-component.h"
#ifndef NNET_ORACLE_UPSTREAM
#include "nnet/nnet-bi-compact-vfsmn.h"
#include "nnet/nnet-compact-vfsmn.h"
#include "nnet/nnet-simple-recurrent-unit.h"
#include "nnet/nnet-tf-lstm.h"
#endif
#ifdef NNET_ORACLE_BUFFERS
#undef protected
#undef private
#endif

#include "golden.h"

namespace kaldi {
namespace nnet1 {
namespace {

using nnet_oracle::Golden;

/// A rate so large that the old parameter is lost beside the step: (old - new) / rate is the
/// gradient to about one rounding, whatever GetGradient() and GetParams() do. A power of two.
const double kRate = 1 << 20;

/// A component's text form, as Component::Read takes it: clips off, coefficients 1.
std::string ModelText(const Golden &g) {
  const std::string path = g.Folder() + "/model.nnet";
  if (std::ifstream(path.c_str())) {
    const std::string text = nnet_oracle::detail::ReadFile(path);
    const std::size_t start = text.find("<Nnet>");
    return start == std::string::npos ? text : text.substr(start + 6);
  }
  std::ostringstream model;
  model.precision(9);
  const std::string marker = g.Component();
  model << marker << ' ' << g.Expected("out").columns << ' ' << g.Expected("in").columns << " \n";
  const auto number = [&](const char *token, int value) { model << token << ' ' << value << ' '; };
  const bool is_recurrent = marker == "<SimpleRecurrentUnit>" || marker == "<TfLstm>";
  if (is_recurrent) number("<CellDim>", g.Dimension("H"));
  if (marker == "<TfLstm>") {
    number("<F>", g.Dimension("F"));
    number("<S>", g.Dimension("S"));
  }
  if (marker == "<CompactVfsmn>") number("<Order>", g.Dimension("N"));
  if (marker == "<BiCompactVfsmn>") {
    number("<BackOrder>", g.Dimension("N1"));
    number("<AheadOrder>", g.Dimension("N2"));
  }
  number("<LearnRateCoef>", 1);
  if (is_recurrent) number("<BiasLearnRateCoef>", 1);
  if (marker == "<TfLstm>")
    for (const char *token : {"<CellClip>", "<DiffClip>", "<CellDiffClip>"}) number(token, 0);
  if (is_recurrent) number("<GradClip>", 0);
  model << '\n';
  for (const std::string &name : g.Names("weight")) {
    const nnet_oracle::Matrix tensor = g.Expected(name);
    model << " [" << (tensor.is_vector ? " " : "");
    for (std::size_t r = 0; r < tensor.rows; ++r) {
      if (!tensor.is_vector) model << "\n  ";
      for (std::size_t c = 0; c < tensor.columns; ++c) model << tensor(r, c) << ' ';
    }
    model << "]\n";
  }
  model << "<!EndOfComponent> \n";
  return model.str();
}

/// The parameters of a component, in the order of its file: it is written and read back, since
/// some components' GetParams() does nothing.
std::vector<nnet_oracle::Matrix> Parameters(const Component &component) {
  std::ostringstream stream;
  stream.precision(17);
  component.Write(stream, false);
  const std::string text = stream.str();
  std::vector<nnet_oracle::Matrix> tensors;
  for (std::size_t start = text.find('['); start != std::string::npos; start = text.find('[', start)) {
    const std::size_t end = text.find(']', start);
    tensors.push_back(nnet_oracle::detail::ParseText(text.substr(start, end + 1 - start), "component"));
    start = end;
  }
  return tensors;
}

void LoadOnDevice(const Golden &g, const std::string &name, CuMatrix<BaseFloat> *device) {
  const nnet_oracle::Matrix tensor = g.Expected(name);
  Matrix<BaseFloat> host(tensor.rows, tensor.columns);
  for (std::size_t r = 0; r < tensor.rows; ++r)
    for (std::size_t c = 0; c < tensor.columns; ++c) host(r, c) = tensor(r, c);
  device->Resize(host.NumRows(), host.NumCols());
  device->CopyFromMat(host);
}

/// Positions within the sentences as the compact FSMNs want them: a column each.
void SetPositions(const Golden &g, Component *component) {
#ifndef NNET_ORACLE_UPSTREAM
  const std::string back = g.Has("bposition") ? "bposition" : "position";
  if (!g.Has(back)) return;
  CuMatrix<BaseFloat> columns[2];
  const std::string names[2] = {back, g.Has("fposition") ? "fposition" : back};
  for (int i = 0; i < 2; ++i) {
    const nnet_oracle::Matrix position = g.Expected(names[i]);
    Matrix<BaseFloat> host(position.values.size(), 1);
    for (std::size_t r = 0; r < position.values.size(); ++r) host(r, 0) = position.values[r];
    columns[i].Resize(host.NumRows(), 1);
    columns[i].CopyFromMat(host);
  }
  ExtraInfo info(columns[0], columns[1]);
  if (CompactVfsmn *fsmn = dynamic_cast<CompactVfsmn *>(component)) fsmn->Prepare(info);
  if (BiCompactVfsmn *fsmn = dynamic_cast<BiCompactVfsmn *>(component)) fsmn->Prepare(info);
#else
  (void)g;
  (void)component;
#endif
}

#if defined(NNET_ORACLE_BUFFERS) && !defined(NNET_ORACLE_UPSTREAM)
template <typename Unit>
void SetStateOf(const Golden &g, Unit *unit) {
  if (unit == NULL) return;
  CuMatrix<BaseFloat> buffer;
  LoadOnDevice(g, "propagate_buf", &buffer);
  const std::vector<double> padded = g.Expected("propagate_buf").values;
  const auto end = padded.begin() + g.Dimension("N") * buffer.NumCols();
  if (std::all_of(padded.begin(), end, [](double value) { return value == 0; }))
    throw nnet_oracle::Error("the golden buffers do not hold its initial state");
  unit->prev_nnet_state_.Resize(g.Dimension("N"), buffer.NumCols());
  unit->prev_nnet_state_.CopyFromMat(buffer.RowRange(0, g.Dimension("N")));
}
template <typename Unit>
void BuffersOf(Unit *unit, CuMatrix<BaseFloat> *forward, CuMatrix<BaseFloat> *backward) {
  if (unit == NULL) return;
  *forward = unit->propagate_buf_;
  *backward = unit->backpropagate_buf_;
}
#endif

/// Whether a case starts from a state that is not zero, which Kaldi keeps in a private member.
bool HasState(const Golden &g) {
  if (!g.Has("numpy/h0")) return false;
  const std::vector<double> state = g.Expected("numpy/h0").values;
  return std::any_of(state.begin(), state.end(), [](double value) { return value != 0; });
}

/// All that a component gave, by the golden names.
class Outcome {
 public:
  void Add(const std::string &name, const CuMatrixBase<BaseFloat> &device) {
    Matrix<BaseFloat> host(device.NumRows(), device.NumCols());
    device.CopyToMat(&host);
    tensors_.push_back(std::make_pair(name, nnet_oracle::detail::View(host, nnet_oracle::detail::Rank<6>())));
  }
  void Add(const std::string &name, const nnet_oracle::Matrix &tensor) {
    tensors_.push_back(std::make_pair(name, tensor));
  }

  /// Checks everything that the case has and tells what is out; how many tensors that are.
  int Check(Golden *g) const {
    int wrong = 0;
    g->OnFailure([&](const std::string &text) {
      ++wrong;
      std::cout << text << "\n";
    });
    for (const auto &tensor : tensors_) g->Check(tensor.first, tensor.second);
    return wrong;
  }
  void Dump(const std::string &folder) const {
    for (const auto &tensor : tensors_) nnet_oracle::Dump(folder, tensor.first, tensor.second);
  }
  std::size_t Count() const { return tensors_.size(); }

 private:
  std::vector<std::pair<std::string, nnet_oracle::Matrix> > tensors_;
};

Outcome Run(const Golden &g) {
  std::istringstream text(ModelText(g));
  std::unique_ptr<Component> component(Component::Read(text, false));
  if (!component) throw nnet_oracle::Error("no component was read");
  if (MultistreamComponent *streams = dynamic_cast<MultistreamComponent *>(component.get()))
    streams->SetSeqLengths(std::vector<int32>(g.Dimension("N"), g.Dimension("T")));
  SetPositions(g, component.get());
#if defined(NNET_ORACLE_BUFFERS) && !defined(NNET_ORACLE_UPSTREAM)
  SimpleRecurrentUnit *sru = dynamic_cast<SimpleRecurrentUnit *>(component.get());
  TfLstm *lstm = dynamic_cast<TfLstm *>(component.get());
  if (HasState(g)) {
    SetStateOf(g, sru);
    SetStateOf(g, lstm);
  }
#endif

  CuMatrix<BaseFloat> in, out, out_diff, in_diff;
  LoadOnDevice(g, "in", &in);
  LoadOnDevice(g, "out_diff", &out_diff);
  component->Propagate(in, &out);
  component->Backpropagate(in, out, out_diff, &in_diff);
  Outcome outcome;
  outcome.Add("out", out);
  outcome.Add("in_diff", in_diff);
#if defined(NNET_ORACLE_BUFFERS) && !defined(NNET_ORACLE_UPSTREAM)
  CuMatrix<BaseFloat> forward, backward;
  BuffersOf(sru, &forward, &backward);
  BuffersOf(lstm, &forward, &backward);
  if (forward.NumRows() > 0) {
    outcome.Add("propagate_buf", forward);
    outcome.Add("backpropagate_buf", backward);
  }
#endif

  UpdatableComponent *updatable = dynamic_cast<UpdatableComponent *>(component.get());
  if (updatable == NULL) return outcome;
  const std::vector<nnet_oracle::Matrix> before = Parameters(*component);
  NnetTrainOptions options;
  options.learn_rate = kRate;
  updatable->SetTrainOptions(options);
  updatable->Update(in, out_diff);
  const std::vector<nnet_oracle::Matrix> after = Parameters(*component);
  const std::vector<std::string> names = g.Names("weight");
  if (before.size() != names.size() || after.size() != names.size())
    throw nnet_oracle::Error("the component has " + std::to_string(after.size()) +
                             " tensors, the case " + std::to_string(names.size()));
  for (std::size_t k = 0; k < names.size(); ++k) {
    nnet_oracle::Matrix gradient = before[k];
    for (std::size_t i = 0; i < gradient.values.size(); ++i)
      gradient.values[i] = (before[k].values[i] - after[k].values[i]) / kRate;
    outcome.Add(names[k] + "_corr", gradient);
  }
  return outcome;
}

std::vector<std::string> CasesIn(const std::string &root) {
  std::vector<std::string> cases;
  if (DIR *folder = opendir(root.c_str())) {
    while (const dirent *entry = readdir(folder)) {
      const std::string name = entry->d_name;
      if (name[0] != '.' && std::ifstream((root + "/" + name + "/case.json").c_str())) cases.push_back(name);
    }
    closedir(folder);
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

int TestCases(const std::string &root, std::vector<std::string> cases, const std::string &models) {
  int matched = 0, mismatched = 0, left_out = 0;
  if (cases.empty()) cases = CasesIn(root);
  for (const std::string &name : cases) {
    const std::string folder = root + "/" + name;
    try {
      if (nnet_oracle::detail::ReadFile(folder + "/case.json").find("\"view\" : \"kaldi\"") == std::string::npos)
        continue;
      Golden g(folder);
      if (g.Component().empty()) continue;
      g.UseDouble(sizeof(BaseFloat) == 8);
      if (!models.empty()) {
        std::ofstream((models + "/" + name + ".nnet").c_str()) << "<Nnet> \n" << ModelText(g) << "</Nnet> \n";
        continue;
      }
#ifndef NNET_ORACLE_BUFFERS
      if (HasState(g)) throw nnet_oracle::Error("its initial state needs -DNNET_ORACLE_BUFFERS");
#endif
      const Outcome outcome = Run(g);
      if (outcome.Check(&g) == 0) {
        std::cout << name << ": " << g.Component() << " matches, " << outcome.Count() << " tensors\n";
        ++matched;
        continue;
      }
      ++mismatched;
      const std::string dump = "oracle-dump/" + name;
      mkdir("oracle-dump", 0777);
      mkdir(dump.c_str(), 0777);
      outcome.Dump(dump);
      std::cout << name << ": " << g.Component() << " MISMATCH; see nnet-oracle compare " << folder << " " << dump
                << "\n";
    } catch (const std::exception &error) {
      ++left_out;
      std::cout << name << ": left out: " << error.what() << "\n";
    }
  }
  if (!models.empty()) return 0;
  const bool is_trouble = left_out > 0 || matched + mismatched == 0;
  std::cout << (is_trouble ? "TROUBLE: " : mismatched ? "MISMATCH: " : "MATCH: ") << matched << " match, " << mismatched << " mismatch, "
            << left_out << " left out\n";
  if (is_trouble) return 2;
  return mismatched > 0 ? 1 : 0;
}

}  // namespace
}  // namespace nnet1
}  // namespace kaldi

int main(int count, char **words) {
  std::vector<std::string> operands(words + 1, words + count);
  std::string models;
  if (operands.size() >= 2 && operands[0] == "--models") {
    models = operands[1];
    operands.erase(operands.begin(), operands.begin() + 2);
  }
  const std::string root = operands.empty() ? "golden" : operands[0];
  if (!operands.empty()) operands.erase(operands.begin());
  return kaldi::nnet1::TestCases(root, operands, models);
}
