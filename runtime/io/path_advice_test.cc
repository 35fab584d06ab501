// What people give in place of a model's folder or an artifact: each gets one
// line that says what it is and what to do.
#include "runtime/io/path_advice.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/status.h"
#include "runtime/io/checkpoint.h"
#include "runtime/io/test_folder.h"

namespace fathom::rt {
namespace {

// One line that fits the input's exit code, or empty.
std::string Says(const absl::Status& status) {
  if (status.ok()) return "";
  EXPECT_EQ(ExitCode(status), 1) << status;
  EXPECT_FALSE(absl::StrContains(status.message(), '\n')) << status;
  return std::string(status.message());
}

testing::AssertionResult Holds(const std::string& text,
                               absl::string_view words) {
  if (absl::StrContains(text, words)) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "no '" << words << "' in '" << text << "'";
}

constexpr char kLfsPointer[] =
    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";

TEST(PathAdviceTest, FoldersInOtherFormatsSayWhichAndWhatToDo) {
  const std::pair<const char*, const char*> kCases[] = {
      {"m.Q4_K_M.gguf",
       "holds a GGUF file ('m.Q4_K_M.gguf'), which Fathom "
       "does not read: give the folder of the model"},
      {"pytorch_model.bin",
       "holds PyTorch weights ('pytorch_model.bin'), "
       "which Fathom does not read: transformers "
       "converts them: "},
      {"pytorch_model-00001-of-00002.bin", "holds PyTorch weights"},
      {"pytorch_model.bin.index.json", "holds PyTorch weights"},
      {"consolidated.00.pth", "holds weights in Meta's own format"},
      {"consolidated.safetensors", "holds weights in Mistral's own format"},
      {"model.pth", "holds PyTorch weights ('model.pth')"},
      {"model.pt", "holds PyTorch weights ('model.pt')"},
      {"model.onnx", "holds an ONNX model ('model.onnx')"},
      {"tf_model.h5", "holds TensorFlow weights"},
      {"flax_model.msgpack", "holds Flax weights"},
      {"model-00001-of-00002.safetensors",
       "holds 'model-00001-of-00002.safetensors' but not "
       "model.safetensors.index.json"},
      {"README.md",
       "holds neither model.safetensors nor "
       "model.safetensors.index.json, expected one of them"},
  };
  for (const auto& [name, words] : kCases) {
    TestFolder folder;
    folder.Write(name, "x");
    folder.Write("config.json", "{}");
    EXPECT_EQ(Says(CheckModelPath(folder.path())), "") << name;
    EXPECT_TRUE(Holds(Says(Checkpoint::Open(folder.Open()).status()),
                      absl::StrCat(folder.path(), ": ", words)));
  }
}

TEST(PathAdviceTest, FoldersWithoutAConfigurationSayWhatTheyAre) {
  TestFolder folder;
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())), ": is empty"));
  folder.Write("README.md", "x");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())),
                    "holds no config.json, expected a model's folder"));
  folder.Write("m.gguf", "x");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())), "a GGUF file"));
  // As the Hub's own cache keeps it.
  folder.MakeFolder("snapshots");
  folder.MakeFolder("snapshots/0a1b");
  folder.Write("snapshots/0a1b/config.json", "{}");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())),
                    "holds no config.json, but '"));
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())),
                    "/snapshots/0a1b' does: give that folder"));
  folder.Write("adapter_config.json",
               "{\"base_model_name_or_path\": \"org/base\"}");
  folder.Write("adapter_model.safetensors", "x");
  const std::string adapter =
      ": is an adapter (LoRA) and holds no model: merge it into its base "
      "model 'org/base' with peft's merge_and_unload(), save that, and "
      "compile it";
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())), adapter));
  EXPECT_TRUE(Holds(Says(NoWeights(folder.Open())), adapter));
  EXPECT_TRUE(Holds(Says(NotAnArtifact(folder.path())), adapter));
  folder.Write("adapter_config.json", "not JSON");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())),
                    "into its base model with peft's"));
  folder.Write("manifest.bin", "x");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())), "is an artifact"));
}

TEST(PathAdviceTest, AFileInTheFolderIsNotTheFolder) {
  TestFolder folder;
  const std::string of_folder = absl::StrCat(
      "is one file of a model, expected its folder: '", folder.path(), "'");
  for (const char* name :
       {"model.safetensors", "model-00001-of-00002.safetensors",
        "tokenizer.json", "tokenizer_config.json", "generation_config.json",
        "model.safetensors.index.json", "chat_template.jinja"}) {
    folder.Write(name, "{}");
    EXPECT_TRUE(Holds(Says(CheckModelPath(folder.At(name))), of_folder));
    EXPECT_TRUE(Holds(Says(NotAnArtifact(folder.At(name))), of_folder));
  }
  folder.Write("config.json", "{}");
  EXPECT_EQ(Says(CheckModelPath(folder.At("config.json"))), "");
  folder.Write("m.gguf", "GGUF");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.At("m.gguf"))),
                    "is a GGUF file, which Fathom does not read"));
  // By what it holds, whatever its name is.
  folder.Write("blob", std::string("GGUF\3\0\0\0", 8));
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.At("blob"))), "is a GGUF file"));
  folder.Write("pytorch_model.bin", std::string("PK\3\4", 4));
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.At("pytorch_model.bin"))),
                    "is PyTorch weights, which Fathom does not read"));
  folder.Write("a.mlir", "module {}");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.At("a.mlir"))),
                    "is MLIR, expected a model's folder; --from=FORM"));
  folder.Write("page", "<!doctype html>");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.At("page"))),
                    "expected a model's folder; this looks like an HTML"));
  folder.Write("manifest.bin", "x");
  EXPECT_TRUE(
      Holds(Says(NotAnArtifact(folder.At("manifest.bin"))),
            absl::StrCat("is one file of an artifact, expected its folder: '",
                         folder.path(), "'")));
}

TEST(PathAdviceTest, NamesOfModelsElsewhereAreNotPaths) {
  const std::string hub = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";
  const std::string advice = absl::StrCat(
      "cannot open '", hub,
      "': No such file or directory; it looks like a model on the Hugging "
      "Face Hub, from which Fathom does not download: 'hf download ",
      hub, " --local-dir DeepSeek-R1-Distill-Qwen-1.5B' does, then ");
  EXPECT_EQ(Says(CheckModelPath(hub)), advice + "give that folder");
  EXPECT_EQ(Says(NoTokenizer(hub)), advice + "give that folder");
  EXPECT_EQ(Says(NotAnArtifact(hub)),
            advice + "compile it with 'fathom compile'");
  for (const char* url :
       {"https://example.org/org/name", "https://example.org/org/name/tree/x",
        "hf://models/org/name", "hf.co/org/name",
        "huggingface.co/org/name/tree/main"}) {
    EXPECT_TRUE(Holds(Says(CheckModelPath(url)),
                      "'hf download org/name --local-dir name' does"))
        << url;
  }
  EXPECT_TRUE(Holds(Says(CheckModelPath("https://example.org/x.zip")),
                    "Fathom does not download"));
  EXPECT_TRUE(Holds(Says(CheckModelPath("org/name-GGUF:Q4_K_M")),
                    "GGUF files of the Hugging Face Hub, which Fathom does not "
                    "read: give the folder of the model that they were made"));
  for (const char* name : {"deepseek-r1:1.5b", "library/deepseek-r1:8b"}) {
    EXPECT_TRUE(Holds(Says(CheckModelPath(name)), "a model of Ollama")) << name;
  }
  TestFolder folder;
  for (const std::string& path :
       {folder.At("x"), folder.At("x/y"), std::string("nothing-here"),
        std::string("./a/b"), std::string("a/b/c"), std::string("a/b.fathom"),
        std::string("../a/b")}) {
    EXPECT_TRUE(absl::EndsWith(
        Says(CheckModelPath(path)),
        "': No such file or directory; expected a model's folder, with "
        "config.json and model*.safetensors"))
        << path;
    EXPECT_TRUE(absl::EndsWith(
        Says(NotAnArtifact(path)),
        "': No such file or directory; expected an artifact, the folder that "
        "'fathom compile DIR -o NAME.fathom' writes"))
        << path;
  }
}

TEST(PathAdviceTest, AModelsFolderIsNotAnArtifact) {
  TestFolder folder;
  EXPECT_TRUE(Holds(Says(NotAnArtifact(folder.path())),
                    absl::StrCat("found no manifest.bin in '", folder.path(),
                                 "', which is empty, expected an artifact")));
  folder.MakeFolder("m.fathom");
  folder.Write("m.fathom/manifest.bin", "x");
  EXPECT_TRUE(Holds(Says(NotAnArtifact(folder.path())), "m.fathom' is: give"));
  EXPECT_TRUE(
      Holds(Says(NotAnArtifact(folder.At("m"))),
            absl::StrCat("did you mean '", folder.At("m.fathom"), "'?")));
  folder.Write("config.json", "{}");
  const std::string name = folder.path().substr(folder.path().rfind('/') + 1);
  EXPECT_EQ(Says(NotAnArtifact(folder.path())),
            absl::StrCat(folder.path(),
                         ": is a model's folder, expected an artifact: "
                         "'fathom compile ",
                         folder.path(), " -o ", name, ".fathom' makes one"));
}

TEST(PathAdviceTest, MissingTokenizersSayWhatIsThere) {
  TestFolder folder;
  EXPECT_TRUE(Holds(Says(NoTokenizer(folder.path())), "is empty"));
  folder.Write("config.json", "{}");
  EXPECT_TRUE(Holds(Says(NoTokenizer(folder.path())),
                    "holds no tokenizer.json, expected one"));
  folder.Write("vocab.json", "{}");
  folder.Write("merges.txt", "");
  EXPECT_TRUE(Holds(Says(NoTokenizer(folder.path())),
                    "holds a vocabulary and its merges ('merges.txt') but no "
                    "tokenizer.json: transformers writes one"));
  folder.Write("tokenizer.model", "x");
  EXPECT_TRUE(Holds(Says(NoTokenizer(folder.path())),
                    "holds a SentencePiece model ('tokenizer.model') but"));
  EXPECT_TRUE(Holds(Says(NoTokenizer(folder.At("tokenizer.model"))),
                    "is a file, expected a folder with tokenizer.json"));
}

TEST(PathAdviceTest, ShardsThatAreMissingAreCounted) {
  TestFolder folder;
  folder.Write("model.safetensors.index.json",
               Index({{"a", "s1"}, {"b", "s2"}, {"c", "s3"}}));
  auto said = [&] { return Says(Checkpoint::Open(folder.Open()).status()); };
  EXPECT_TRUE(Holds(said(),
                    "lists 3 shards, of which 3 are missing, 's1' "
                    "first; download them into the folder"));
  folder.Write("s1", "x");
  folder.Write("s3", "x");
  EXPECT_TRUE(Holds(said(), "of which 1 is missing, 's2' first"));
}

TEST(PathAdviceTest, GitLfsPointersAreNamedInEachFile) {
  TestFolder folder;
  folder.Write("model.safetensors", kLfsPointer);
  const char* const kWords =
      "; this is a git-lfs pointer: 'git lfs pull' in its folder fetches the "
      "file";
  EXPECT_TRUE(Holds(Says(Checkpoint::Open(folder.Open()).status()), kWords));
  folder.Remove("model.safetensors");
  folder.Write("model.safetensors.index.json", kLfsPointer);
  EXPECT_TRUE(Holds(Says(Checkpoint::Open(folder.Open()).status()), kWords));
}

// A folder of very many files, names of any bytes, and links that lead nowhere.
TEST(PathAdviceTest, OddFoldersAreOneLineAllTheSame) {
  TestFolder folder;
  folder.Write("a\n\x01.gguf", "x");
  folder.Link("dangling", "nowhere");
  folder.Link("loop", ".");
  folder.MakePipe("pipe");
  EXPECT_TRUE(Holds(Says(CheckModelPath(folder.path())), "a GGUF file ('a\\n"));
  EXPECT_EQ(Says(CheckModelPath(folder.At("pipe"))), "");
  EXPECT_NE(Says(NotAnArtifact(folder.At("pipe"))), "");
  EXPECT_NE(Says(NoTokenizer(folder.At("pipe"))), "");
}

}  // namespace
}  // namespace fathom::rt
