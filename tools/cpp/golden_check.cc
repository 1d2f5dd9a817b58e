// Checks one file against a golden tensor and prints what golden.h says: the same text as golden.py.
//
//     golden_check golden/tflstm/kaldi out my/out.mat      exit status 0 match, 1 mismatch, 2 trouble
#include <iostream>

#include "golden.h"

int main(int count, char **words) {
  if (count != 4) {
    std::cerr << "usage: golden_check CASE TENSOR FILE\n";
    return 2;
  }
  try {
    nnet_oracle::Golden golden(words[1]);
    golden.Check(words[2], nnet_oracle::Read(words[3]));
  } catch (const nnet_oracle::Mismatch &mismatch) {
    std::cout << mismatch.what() << "\n";
    return 1;
  } catch (const nnet_oracle::Error &error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
  return 0;
}
