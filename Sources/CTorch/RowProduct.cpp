#include "RowProduct.hpp"

#include "FewRows.hpp"
#include "RowPanels.hpp"

#include <algorithm>

namespace ctorch {

void multiplyRows(int64_t m, int64_t n, int64_t k, ConstMatrix a, ConstMatrix b, const float *bias, bool adds,
                  Matrix c) {
    if (m <= fewRows) return multiplyFewRows(m, n, k, a, b, bias, adds, c);
    if (m <= panelRows) return multiplyPanels(m, n, k, a, b, bias, adds, c);
    if (bias)
        for (int64_t row = 0; row < m; ++row) std::copy_n(bias, n, c.values + row * c.stride);
    multiplyByTransposed(m, n, k, 1, a, b, bias || adds ? 1 : 0, c);
}

}  // namespace ctorch
