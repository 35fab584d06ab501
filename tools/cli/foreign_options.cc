// See foreign_options.h.
#include "tools/cli/foreign_options.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fathom {
namespace {

// Options of one meaning.
struct ForeignOption {
  absl::string_view verbs;  // with spaces between them; "": all
  absl::string_view words;  // likewise
  // What we call it, for verbs that have it; or a clause.
  absl::string_view advice;
};

constexpr absl::string_view kAll = "";
constexpr absl::string_view kAsks = "run chat";
// That load an artifact, whose context is what it was compiled with.
constexpr absl::string_view kLoads = "run chat bench logits inspect";
constexpr absl::string_view kComputes = "run chat bench logits";
constexpr absl::string_view kReadsText = "tokenize template";

constexpr absl::string_view kPromptWords =
    "-p --prompt --text -i --input --question";
constexpr absl::string_view kContextWords =
    "-c --ctx-size --num-ctx --n-ctx --max-model-len --max-seq-len "
    "--context-length --context-size --context";
constexpr absl::string_view kTypeWords =
    "--dtype --torch-dtype --outtype --type --ftype --quant --quantize "
    "--quantise --quantization --weights --bits --load-in-8bit --load-in-4bit";
constexpr absl::string_view kOutputWords =
    "-o --out --outfile --output --output-file --output-dir";
constexpr absl::string_view kInteractiveWords =
    "-i --interactive -it -ti -if --interactive-first -cnv --conversation "
    "--chat -mli --multiline-input --multiline";
constexpr absl::string_view kVerboseWords =
    "-v --verbose -vv -lv --verbosity --log-verbosity --log-verbose --debug";

// The first row that fits is taken: of a word, rows of few verbs come first.
constexpr ForeignOption kOptions[] = {
    {kAll, "-V -ver -version --ver", "--version"},
    {kAll, "-? --usage -help -hh --help-all", "--help"},

    // Names that Fathom has under another one.
    {kAsks,
     "--max-new-tokens --max-length --max-completion-tokens "
     "--max-output-tokens --n-predict --num-predict --predict --n-gen "
     "--length",
     "--max-tokens"},
    {kAsks, "--temp -temp", "--temperature"},
    {kAsks, "--repeat-penalty --repetition --rep-pen --penalty-repeat",
     "--repetition-penalty"},
    {kAsks, "-s --random-seed --sampling-seed", "--seed"},
    {kAsks,
     "-r --reverse-prompt --stop-sequence --stop-sequences --stop-string "
     "--stop-strings --stop-word",
     "--stop"},
    {kAsks,
     "--reasoning-budget --thinking-budget --think-budget "
     "--max-think-tokens --max-thinking-tokens --thinking-tokens",
     "--think-tokens"},
    {kAsks, "-sys --sys --system-prompt --system-message", "--system"},
    {kAll,
     "-tb --threads-batch --num-thread --num-threads --n-threads --nthreads "
     "--cpu-threads --jobs -j",
     "--threads"},
    {kAll, "--format --output-format -of --jsonl", "--json"},
    {"run", "-np --num-parallel --max-num-seqs --n-parallel -ns --sequences",
     "--parallel"},
    {"run", "--batch-file --jsonl-file --input-file", "--json-lines"},
    {"run",
     "--silent --log-disable --no-perf --no-show-timings --no-progress "
     "--no-display-prompt",
     "--quiet"},
    {"compile", "-s --silent --no-progress --log-disable", "--quiet"},
    {"compile", kContextWords, "--context"},
    {"compile", kTypeWords, "--weights"},
    {"compile logits", kOutputWords, "-o"},
    {"compile", "--march --cpu --mcpu --arch --mattr", "--target"},
    {"bench", "-p -pp --n-prompt --prompt --prompt-length --input-len",
     "--prompt-tokens"},
    {"bench",
     "-n -tg --n-gen --n-predict --num-predict --max-tokens --max-new-tokens "
     "--output-len",
     "--decode-tokens"},
    {"bench", "-d --n-depth --depth", "--prompt-tokens"},
    {"inspect", kVerboseWords, "--all"},
    {"inspect", "--modelfile --parameters --system --template --license",
     "--all"},
    {"tokenize", "-d --detokenize --from-ids", "--decode"},
    {"tokenize", "--tokens --show-tokens -v --verbose", "--pieces"},
    {"template", "--chat --conversation --input-file", "--messages"},
    {"tokenize template", "--jsonl", "--json-lines"},
    {"logits", "--ids --token-ids -p --prompt",
     "'fathom tokenize NAME.fathom \"TEXT\"' gives the ids for --tokens"},
    {"logits", "--n-batch --batch-size -b -ub --ubatch-size", "--chunk"},

    // What is an argument, or comes by another way.
    {kLoads, "-m --model --model-path --model-name --artifact",
     "the artifact is an argument without an option"},
    {kReadsText, "-m --model --model-path --model-name --tokenizer",
     "the artifact or the model's folder is an argument without an option"},
    {"compile", "-m --model --model-path --model-dir --from-model -i --input",
     "the model's folder is an argument without an option"},
    {"compile", "-f --file --modelfile",
     "there is no Modelfile: the model's folder is an argument without an "
     "option"},
    {kAll,
     "-hf -hfr -hff -hft -hfd --hf-repo --hf-file --hf-token -mu --model-url "
     "-dr --docker-repo --repo-id --revision --cache-dir --download-dir",
     "nothing is downloaded: get a model's folder from its publisher, then "
     "use 'fathom compile DIR -o NAME.fathom'"},
    {"run", "-f --file --prompt-file -bf --binary-file --stdin",
     "'--prompt -' reads the prompt from standard input"},
    {"template", "-f --file --prompt-file --request", "--messages"},
    {"tokenize", "-f --file --prompt-file --stdin",
     "without a text, standard input is read"},
    {kReadsText, kPromptWords, "the text is an argument without an option"},
    {"chat", "-p --prompt -f --file --prompt-file --question",
     "use '--system' for a system message, and 'fathom run NAME.fathom "
     "\"QUESTION\"' for one question"},
    {"chat", "--messages --json-lines --raw --json --format -q --quiet",
     "'fathom run' has it: use 'fathom run NAME.fathom \"QUESTION\"'"},
    {kAll, "-sysf --system-prompt-file --system-file",
     "'--system \"$(cat FILE)\"' gives a file's text"},
    {"run inspect bench tokenize template chat", kOutputWords,
     "the output goes to standard output: write '>FILE' after the command"},

    // Conversations.
    {"run", kInteractiveWords,
     "use 'fathom chat NAME.fathom' for a conversation"},
    {"chat", kInteractiveWords, "'fathom chat' is a conversation anyway"},
    {"run", "-no-cnv --no-conversation -st --single-turn",
     "'fathom run' answers one question anyway"},
    {"chat", "-no-cnv --no-conversation -st --single-turn",
     "use 'fathom run NAME.fathom \"QUESTION\"' for one question"},
    {"chat", "--prompt-cache --session --resume --continue --history",
     "'/save' and '/load' keep conversations"},
    {kAsks, "--nowordwrap --no-word-wrap --no-wrap --wordwrap",
     "lines are wrapped on a terminal only: '| cat' shows the text as it is"},
    {kAsks,
     "--think --no-think --nothink --thinking --no-thinking "
     "--enable-thinking --disable-thinking --reasoning --reasoning-effort "
     "-rea",
     "'--think-tokens N' ends the thinking after N tokens, 0 at its start"},
    {"run", "--hidethinking --hide-thinking --reasoning-format",
     "'--json' writes the thinking and the answer apart"},
    {"chat", "--hidethinking --hide-thinking --reasoning-format",
     "'fathom run --json' writes the thinking and the answer apart"},
    {kAsks,
     "--jinja --no-jinja --chat-template --chat-template-file --template",
     "the model's own chat template is used"},

    // Messages.
    {"run bench", kVerboseWords, "figures are shown anyway"},
    {"chat", kVerboseWords, "'/stats' shows figures"},
    {"compile", kVerboseWords,
     "progress is shown on a terminal, and '--emit FORM' shows the code on "
     "the way"},
    {"logits template", kVerboseWords, "there are no messages but errors"},
    {kAll, "-q --quiet --silent --log-disable --no-progress",
     "'2>/dev/null' hides what is written to standard error"},
    {kAsks, "--color --colour --colors --no-color --no-colour -co",
     "a terminal gets colours unless NO_COLOR is set in the environment"},

    // What the artifact or the machine decides.
    {kLoads, kContextWords,
     "'fathom compile --context TOKENS' sets the context"},
    {kLoads, kTypeWords, "'fathom compile --weights TYPE' sets the type"},
    {kAll,
     "-ngl --gpu-layers --n-gpu-layers --num-gpu --num-gpus --gpu --gpus "
     "--cuda --device -dev --list-devices -sm --split-mode -mg --main-gpu -ts "
     "--tensor-split -ot --override-tensor -nkvo --no-kv-offload -kvo "
     "--kv-offload -cmoe --cpu-moe -ncmoe --n-cpu-moe -nopo --no-op-offload "
     "--rpc --device-map --gpu-memory-utilization --tensor-parallel-size -tp "
     "--pipeline-parallel-size -pp --data-parallel-size -dp --swap-space "
     "--cpu-offload-gb --enforce-eager",
     "models run on the CPU"},
    {kAll,
     "-fa --flash-attn --attention-backend --attn-implementation -ctk "
     "--cache-type-k -ctv --cache-type-v --kv-cache-dtype -dt --defrag-thold",
     "attention and its cache are compiled as the model needs them"},
    {kComputes, "--mlock --no-mmap -mmp --mmap -dio --direct-io",
     "'--placement huge' copies the weights to memory, 'mapped' maps them"},
    {kAll,
     "-b --batch-size -ub --ubatch-size --n-batch "
     "--max-num-batched-tokens --enable-chunked-prefill",
     "a prompt is computed in steps as large as the artifact takes"},
    {kAll,
     "--numa -C --cpu-mask -Cb -Cr --cpu-range --cpu-strict --prio --poll",
     "'taskset' and 'numactl' choose the CPUs; '--threads' says how many"},
    {kAsks, "--keepalive --keep-alive",
     "there is no server: the memory is given back when the command ends"},
    {kAll, "--host --port --api-key --served-model-name --endpoint --url",
     "there is no server; use 'fathom run' for one question or 'fathom chat' "
     "for a conversation"},
    {"bench", "-r --repetitions --repeat --repeats --runs --num-iters",
     "a figure is the median of 20 samples"},

    // What there is not.
    {kAsks,
     "--mirostat --mirostat-lr --mirostat-ent --mirostat-eta --mirostat-tau "
     "--typical --typical-p --tfs --tfs-z --presence-penalty "
     "--frequency-penalty --repeat-last-n --dry-multiplier --dry-base "
     "--xtc-probability --xtc-threshold --top-n-sigma --dynatemp-range "
     "--samplers --sampling-seq --logit-bias -l --num-beams --best-of "
     "--penalize-newline",
     "sampling is by --temperature, --top-k, --top-p, --min-p and "
     "--repetition-penalty"},
    {kAsks, "--do-sample --greedy --sample --no-sample",
     "'--temperature 0' takes the likeliest token, any above samples"},
    {kAsks,
     "--grammar --grammar-file --json-schema --json-schema-file -jf "
     "--guided-json --structured-output",
     "the form of an answer cannot be prescribed"},
    {kAsks, "--ignore-eos --min-tokens --min-new-tokens --min-length",
     "an answer ends where the model ends it"},
    {kAll,
     "-md --model-draft --draft --draft-max --draft-min --speculative "
     "--speculative-model --speculative-config",
     "there is no draft model"},
    {kAll, "--lora --lora-scaled --lora-base --adapter --enable-lora",
     "merge an adapter into its model, then compile that"},
    {kAll, "--image --mmproj --mmproj-url -mm -mmu --audio --video",
     "models take text only"},
    {kAll, "--trust-remote-code", "no code that comes with a model is run"},
    {"compile", "--imatrix --pure --allow-requantize --leave-output-tensor",
     "weights are stored as '--weights' says, all of them"},
    {"compile", "-y --yes --force --overwrite",
     "an artifact of that name is replaced anyway"},
};

bool Holds(absl::string_view words, absl::string_view word) {
  const std::vector<absl::string_view> list = absl::StrSplit(words, ' ');
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::string AdviceForOption(
    absl::string_view verb, absl::string_view option,
    const std::function<bool(absl::string_view)>& has_option) {
  for (const ForeignOption& known : kOptions) {
    if (!Holds(known.words, option)) continue;
    if (!known.verbs.empty() && !Holds(known.verbs, verb)) continue;
    if (!absl::StartsWith(known.advice, "-")) return std::string(known.advice);
    if (has_option(known.advice))
      return absl::StrCat("use '", known.advice, "'");
  }
  return "";
}

}  // namespace fathom
