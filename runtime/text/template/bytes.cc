// A template's program as bytes: a tag and a version, then each table as a
// count and its parts, integers little-endian.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/template.h"
#include "runtime/text/template/program.h"

namespace fathom::rt {
namespace {

// Changes whenever an operation does.
constexpr char kTag[8] = {'F', 'A', 'T', 'M', 'T', 'P', 'L', '2'};

class Writer {
 public:
  template <typename T>
  void Number(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out_.append(bytes, sizeof(T));
  }
  void Text(const std::string& text) {
    Number<uint32_t>(text.size());
    out_ += text;
  }
  template <typename T, typename F>
  void Table(const std::vector<T>& table, F write) {
    Number<uint32_t>(table.size());
    for (const T& part : table) write(part);
  }
  std::string out_{kTag, sizeof(kTag)};
};

// Reads what Writer wrote; past the end everything is zero and `ok` is false.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}
  template <typename T>
  T Number() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      ok = false;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  std::string Text() {
    uint32_t size = Number<uint32_t>();
    if (size > rest_.size()) {
      ok = false;
      return "";
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  // Every part takes a byte at least: no count can ask for more than is there.
  template <typename T, typename F>
  void Table(std::vector<T>* table, F read) {
    uint32_t size = Number<uint32_t>();
    if (size > kTemplatePartsMax || size > rest_.size()) ok = false;
    for (uint32_t i = 0; ok && i < size; ++i) table->push_back(read());
  }
  bool at_end() const { return rest_.empty(); }
  bool ok = true;

 private:
  absl::string_view rest_;
};

}  // namespace

std::string SerializeTemplate(const TemplateProgram& program) {
  Writer writer;
  auto text = [&](const std::string& part) { writer.Text(part); };
  auto name = [&](uint32_t part) { writer.Number(part); };
  writer.Table(program.strings, text);
  writer.Table(program.names, text);
  writer.Table(program.integers, [&](int64_t part) { writer.Number(part); });
  writer.Table(program.floats, [&](double part) { writer.Number(part); });
  writer.Table(program.shapes, [&](const TemplateCallShape& shape) {
    writer.Number(shape.positional);
    writer.Table(shape.names, name);
    writer.Number<uint8_t>(shape.star | shape.star_star << 1);
  });
  auto instruction = [&](const TemplateInstruction& code) {
    writer.Number(static_cast<uint8_t>(code.op));
    writer.Number(code.arg);
    writer.Number(code.line);
    writer.Number(code.extra);
  };
  writer.Table(program.functions, [&](const TemplateFunction& function) {
    writer.Number(static_cast<uint8_t>(function.kind));
    writer.Number(static_cast<uint8_t>(function.escape));
    for (uint32_t part : {function.parent, function.name, function.slots,
                          function.caller, function.kwargs, function.varargs}) {
      writer.Number(part);
    }
    writer.Table(function.parameters, name);
    writer.Table(function.parameter_slots, name);
    writer.Table(function.code, instruction);
  });
  return std::move(writer.out_);
}

absl::StatusOr<TemplateProgramPtr> ParseTemplate(absl::string_view bytes) {
  if (bytes.substr(0, sizeof(kTag)) != absl::string_view(kTag, sizeof(kTag))) {
    return absl::DataLossError(
        "the template program does not begin with 'FATMTPL2'");
  }
  Reader reader(bytes.substr(sizeof(kTag)));
  TemplateProgram program;
  auto text = [&] { return reader.Text(); };
  auto name = [&] { return reader.Number<uint32_t>(); };
  reader.Table(&program.strings, text);
  reader.Table(&program.names, text);
  reader.Table(&program.integers, [&] { return reader.Number<int64_t>(); });
  reader.Table(&program.floats, [&] { return reader.Number<double>(); });
  reader.Table(&program.shapes, [&] {
    TemplateCallShape shape;
    shape.positional = reader.Number<uint32_t>();
    reader.Table(&shape.names, name);
    uint8_t stars = reader.Number<uint8_t>();
    shape.star = stars & 1;
    shape.star_star = stars & 2;
    return shape;
  });
  auto instruction = [&] {
    TemplateInstruction code;
    code.op = static_cast<TemplateOp>(reader.Number<uint8_t>());
    code.arg = reader.Number<int32_t>();
    code.line = reader.Number<uint32_t>();
    code.extra = reader.Number<uint32_t>();
    return code;
  };
  reader.Table(&program.functions, [&] {
    TemplateFunction function;
    function.kind =
        static_cast<TemplateFunction::Kind>(reader.Number<uint8_t>());
    function.escape = static_cast<TemplateEscape>(reader.Number<uint8_t>());
    for (uint32_t* part :
         {&function.parent, &function.name, &function.slots, &function.caller,
          &function.kwargs, &function.varargs}) {
      *part = reader.Number<uint32_t>();
    }
    reader.Table(&function.parameters, name);
    reader.Table(&function.parameter_slots, name);
    reader.Table(&function.code, instruction);
    return function;
  });
  if (!reader.ok || !reader.at_end()) {
    return absl::DataLossError(
        absl::StrCat("the template program of ", bytes.size(),
                     " bytes is cut, or has bytes left over"));
  }
  FATHOM_RETURN_IF_ERROR(VerifyTemplate(program));
  return std::make_shared<const TemplateProgram>(std::move(program));
}

}  // namespace fathom::rt
