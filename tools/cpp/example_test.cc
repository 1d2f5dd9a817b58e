#include "golden.h"

int main() {
  nnet_oracle::Golden g("golden/compact-vfsmn");
  std::vector<std::vector<float> > x, filter, out;
  std::vector<float> position;
  g.Load("in", &x), g.Load("filter", &filter), g.Load("position", &position);
  out = x;
  for (std::size_t t = 0; t < x.size(); ++t)
    for (std::size_t k = 1; k <= filter.size() && k <= position[t]; ++k)
      for (std::size_t d = 0; d < x[t].size(); ++d) out[t][d] += filter[k - 1][d] * x[t - k][d];
  g.Check("out", out);
}
