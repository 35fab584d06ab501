// See added_tokens.h.
#include "runtime/text/added_tokens.h"

#include <algorithm>

#include "runtime/text/template_unicode.h"
#include "runtime/text/unicode_classes.h"

namespace fathom::rt {
namespace {

uint64_t Edge(uint32_t node, char c) {
  return uint64_t{node} << 8 | static_cast<unsigned char>(c);
}

bool IsWordBefore(absl::string_view text, size_t at) {
  size_t length = 0;
  return at > 0 &&
         IsWordCharacter(DecodeUtf8(text, LastCharacter(text, at), &length));
}

bool IsWordAt(absl::string_view text, size_t at) {
  size_t length = 0;
  return at < text.size() && IsWordCharacter(DecodeUtf8(text, at, &length));
}

}  // namespace

bool AddedTokens::Add(absl::string_view content, const AddedTokenRule& rule) {
  uint32_t node = 0;
  for (char c : content) {
    auto [edge, is_new] = edges_.try_emplace(
        Edge(node, c), static_cast<uint32_t>(rule_at_node_.size()));
    node = edge->second;
    if (is_new) rule_at_node_.push_back(-1);
  }
  if (rule_at_node_[node] >= 0) return false;
  rule_at_node_[node] = static_cast<int32_t>(rules_.size());
  is_first_[static_cast<unsigned char>(content[0])] = true;
  rules_.push_back(rule);
  return true;
}

AddedTokens::Match AddedTokens::LongestAt(absl::string_view text, size_t begin,
                                          size_t limit) const {
  Match longest;
  uint32_t node = 0;
  for (size_t at = begin; at < limit; ++at) {
    auto edge = edges_.find(Edge(node, text[at]));
    if (edge == edges_.end()) break;
    node = edge->second;
    if (rule_at_node_[node] >= 0) {
      longest.end = at + 1;
      longest.rule = &rules_[static_cast<size_t>(rule_at_node_[node])];
    }
  }
  return longest;
}

std::vector<TextOrToken> AddedTokens::Split(
    absl::string_view text, absl::Span<const ByteSpan> foreign) const {
  std::vector<TextOrToken> parts;
  size_t next_foreign = 0;
  size_t text_begin = 0;  // of what no part holds yet
  size_t space_end = 0;   // of the white space that was looked at last
  size_t at = 0;
  while (at < text.size() && !rules_.empty()) {
    while (next_foreign < foreign.size() && foreign[next_foreign].end <= at) {
      ++next_foreign;
    }
    size_t limit = text.size();
    if (next_foreign < foreign.size()) {
      if (foreign[next_foreign].begin <= at) {
        at = foreign[next_foreign].end;
        continue;
      }
      limit = std::min(limit, foreign[next_foreign].begin);
    }
    if (!is_first_[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const Match match = LongestAt(text, at, limit);
    if (match.rule == nullptr) {
      ++at;
      continue;
    }
    // What follows is the library's, in its order: a match that is no single
    // word still ends the search there, and stripping does not move it.
    const size_t match_begin = at;
    at = match.end;
    if (match.rule->single_word &&
        (IsWordBefore(text, match_begin) || IsWordAt(text, match.end))) {
      continue;
    }
    size_t begin = match_begin;
    size_t end = match.end;
    if (match.rule->lstrip) {
      begin = begin <= text_begin
                  ? text_begin
                  : text_begin +
                        SpaceBegin(text.substr(text_begin), begin - text_begin);
    }
    if (match.rule->rstrip) {
      if (end > space_end) space_end = SpaceEnd(text, end);
      end = space_end;
    }
    if (text_begin < begin) parts.push_back({text_begin, begin, -1});
    if (begin < end) parts.push_back({begin, end, match.rule->id});
    text_begin = end;
  }
  if (text_begin < text.size()) parts.push_back({text_begin, text.size(), -1});
  return parts;
}

}  // namespace fathom::rt
