//===- AttentionOps.cpp - Positions, caches, attention, in float64 --------===//
//
// The formulas of FathomAttentionOps.td.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Attention.h"
#include "compiler/reference/Numbers.h"

#include <cmath>

namespace fathom {

using namespace mlir::fathom;

/// Reports rows that are not one a token.
static mlir::LogicalResult checkRows(mlir::Operation *op, const Matrix &x,
                                     size_t tokens) {
  if (x.rows == static_cast<int64_t>(tokens))
    return mlir::success();
  return op->emitError("found ")
         << x.rows << " rows, expected one for each of " << tokens << " tokens";
}

mlir::FailureOr<Matrix> rotate(mlir::Operation *op, const Matrix &x,
                               const Matrix &rotary, int64_t heads,
                               int64_t offset, Pairing pairing) {
  if (mlir::failed(checkRows(op, rotary, x.rows)))
    return mlir::failure();
  int64_t half = rotary.columns / 2;
  int64_t width = x.columns / heads;
  bool adjacent = pairing == Pairing::Adjacent;
  Matrix result = x;
  for (int64_t t = 0; t < x.rows; ++t)
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t i = 0; i < half; ++i) {
        int64_t first = head * width + offset;
        int64_t a = first + (adjacent ? 2 * i : i);
        int64_t b = first + (adjacent ? 2 * i + 1 : i + half);
        double c = rotary.row(t)[i], s = rotary.row(t)[half + i];
        result.row(t)[a] = x.row(t)[a] * c - x.row(t)[b] * s;
        result.row(t)[b] = x.row(t)[b] * c + x.row(t)[a] * s;
      }
  return result;
}

mlir::LogicalResult append(mlir::Operation *op, mlir::FlatSymbolRefAttr name,
                           const std::vector<Token> &tokens,
                           llvm::ArrayRef<const Matrix *> parts, Frame &frame) {
  auto cache = mlir::SymbolTable::lookupNearestSymbolFrom<CacheOp>(op, name);
  if (!cache)
    return op->emitError("found no cache ") << name;
  for (const Matrix *part : parts)
    if (mlir::failed(checkRows(op, *part, tokens.size())))
      return mlir::failure();
  for (size_t t = 0; t < tokens.size(); ++t) {
    CacheRow rows;
    for (const Matrix *part : parts) {
      std::vector<double> &row = rows.emplace_back();
      for (int64_t i = 0; i < part->columns; ++i)
        row.push_back(roundTo(cache.getElement(), part->row(t)[i]));
    }
    frame.interpreter.cacheRows(name.getValue(), frame.layer,
                                tokens[t].slot)[tokens[t].cacheIndex] =
        std::move(rows);
  }
  return mlir::success();
}

/// The cached rows that `token` sees: those of its sequence, none later.
static std::vector<const CacheRow *> visible(llvm::StringRef cache,
                                             const Token &token, Frame &frame) {
  std::vector<const CacheRow *> seen;
  for (auto &[index, row] :
       frame.interpreter.cacheRows(cache, frame.layer, token.slot))
    if (index <= token.cacheIndex)
      seen.push_back(&row);
  return seen;
}

static mlir::LogicalResult nothingCached(mlir::Operation *op, int64_t slot) {
  return op->emitError("found no cached token of slot ")
         << slot << ", expected at least the token itself";
}

mlir::FailureOr<Matrix> attend(mlir::Operation *op, llvm::StringRef cache,
                               const std::vector<Token> &tokens,
                               const Matrix &q, int64_t heads, int64_t kvHeads,
                               double scale, Frame &frame) {
  if (mlir::failed(checkRows(op, q, tokens.size())))
    return mlir::failure();
  int64_t group = heads / kvHeads, width = q.columns / heads;
  Matrix result(q.rows, q.columns);
  for (int64_t t = 0; t < q.rows; ++t) {
    auto seen = visible(cache, tokens[t], frame);
    if (seen.empty())
      return nothingCached(op, tokens[t].slot);
    for (int64_t h = 0; h < heads; ++h) {
      int64_t first = h / group * width;
      std::vector<double> p;
      for (const CacheRow *row : seen)
        p.push_back(scale *
                    dot(q.row(t) + h * width, (*row)[0].data() + first, width));
      softmax(p);
      for (size_t s = 0; s < seen.size(); ++s)
        for (int64_t i = 0; i < width; ++i)
          result.row(t)[h * width + i] += p[s] * (*seen[s])[1][first + i];
    }
  }
  return result;
}

mlir::FailureOr<Matrix> attendExpanded(mlir::Operation *op,
                                       llvm::StringRef cache,
                                       const std::vector<Token> &tokens,
                                       const Matrix &q, const Matrix &keys,
                                       const Matrix &values, LatentShape shape,
                                       double scale, Frame &frame) {
  if (mlir::failed(checkRows(op, q, tokens.size())))
    return mlir::failure();
  auto [heads, nope, rope, value, latent] = shape;
  Matrix result(q.rows, heads * value);
  for (int64_t t = 0; t < q.rows; ++t) {
    auto seen = visible(cache, tokens[t], frame);
    if (seen.empty())
      return nothingCached(op, tokens[t].slot);
    for (int64_t h = 0; h < heads; ++h) {
      const double *query = q.row(t) + h * (nope + rope);
      std::vector<double> p;
      for (const CacheRow *row : seen) {
        const double *c = row->front().data();
        double score = dot(query + nope, c + latent, rope);
        for (int64_t i = 0; i < nope; ++i)
          score += query[i] * dot(keys.row(h * nope + i), c, latent);
        p.push_back(scale * score);
      }
      softmax(p);
      for (size_t s = 0; s < seen.size(); ++s)
        for (int64_t i = 0; i < value; ++i)
          result.row(t)[h * value + i] +=
              p[s] *
              dot(values.row(h * value + i), seen[s]->front().data(), latent);
    }
  }
  return result;
}

mlir::FailureOr<Matrix>
attendAbsorbed(mlir::Operation *op, llvm::StringRef cache,
               const std::vector<Token> &tokens, const Matrix &q,
               const Matrix &transposed, const Matrix &values,
               LatentShape shape, double scale, Frame &frame) {
  if (mlir::failed(checkRows(op, q, tokens.size())))
    return mlir::failure();
  auto [heads, nope, rope, value, latent] = shape;
  Matrix result(q.rows, heads * value);
  for (int64_t t = 0; t < q.rows; ++t) {
    auto seen = visible(cache, tokens[t], frame);
    if (seen.empty())
      return nothingCached(op, tokens[t].slot);
    for (int64_t h = 0; h < heads; ++h) {
      const double *query = q.row(t) + h * (nope + rope);
      std::vector<double> absorbed(latent), sum(latent), p;
      for (int64_t l = 0; l < latent; ++l)
        absorbed[l] = dot(transposed.row(h * latent + l), query, nope);
      for (const CacheRow *row : seen) {
        const double *c = row->front().data();
        p.push_back(scale * (dot(absorbed.data(), c, latent) +
                             dot(query + nope, c + latent, rope)));
      }
      softmax(p);
      for (size_t s = 0; s < seen.size(); ++s)
        for (int64_t l = 0; l < latent; ++l)
          sum[l] += p[s] * seen[s]->front()[l];
      for (int64_t i = 0; i < value; ++i)
        result.row(t)[h * value + i] =
            dot(values.row(h * value + i), sum.data(), latent);
    }
  }
  return result;
}

mlir::LogicalResult evaluate(RotaryOp op, Frame &frame) {
  llvm::ArrayRef<float> frequencies = op.getFrequencies();
  const std::vector<Token> &tokens = frame.tokens(op.getTokens());
  double scale = op.getScale().convertToDouble();
  int64_t half = frequencies.size();
  Matrix result(tokens.size(), 2 * half);
  for (size_t t = 0; t < tokens.size(); ++t)
    for (int64_t i = 0; i < half; ++i) {
      // The product is rounded to float32: publishers do so, and at large
      // positions another angle would be another model.
      float angle = static_cast<float>(tokens[t].position) * frequencies[i];
      result.row(t)[i] = std::cos(static_cast<double>(angle)) * scale;
      result.row(t)[half + i] = std::sin(static_cast<double>(angle)) * scale;
    }
  frame.set(op.getResult(), std::move(result));
  return mlir::success();
}

mlir::LogicalResult evaluate(RopeOp op, Frame &frame) {
  return frame.set(op.getResult(),
                   rotate(op, frame.matrix(op.getX()),
                          frame.matrix(op.getRotary()), op.getHeads(),
                          op.getOffset(), op.getPairing()));
}

mlir::LogicalResult evaluate(CacheAppendOp op, Frame &frame) {
  llvm::SmallVector<const Matrix *> parts;
  for (mlir::Value part : op.getParts())
    parts.push_back(&frame.matrix(part));
  return append(op, op.getCacheAttr(), frame.tokens(op.getTokens()), parts,
                frame);
}

mlir::LogicalResult evaluate(AttentionOp op, Frame &frame) {
  return frame.set(op.getResult(),
                   attend(op, op.getCache(), frame.tokens(op.getTokens()),
                          frame.matrix(op.getQ()), op.getHeads(),
                          op.getKvHeads(), op.getScale().convertToDouble(),
                          frame));
}

mlir::LogicalResult evaluate(LatentAttentionOp op, Frame &frame) {
  auto weight = frame.weight(op, op.getWeightAttr());
  if (mlir::failed(weight))
    return mlir::failure();
  int64_t heads = op.getHeads(), nope = op.getNope(), value = op.getValue();
  Matrix keys(heads * nope, weight->columns);
  Matrix values(heads * value, weight->columns);
  for (int64_t h = 0; h < heads; ++h) {
    const double *first = weight->row(h * (nope + value));
    std::copy_n(first, nope * keys.columns, keys.row(h * nope));
    std::copy_n(first + nope * keys.columns, value * values.columns,
                values.row(h * value));
  }
  LatentShape shape{heads, nope, static_cast<int64_t>(op.getRope()), value,
                    weight->columns};
  return frame.set(op.getResult(),
                   attendExpanded(op, op.getCache(),
                                  frame.tokens(op.getTokens()),
                                  frame.matrix(op.getQ()), keys, values, shape,
                                  op.getScale().convertToDouble(), frame));
}

} // namespace fathom
