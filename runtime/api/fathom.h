/* fathom.h - run models that Fathom has compiled, from C or C++.
 *
 *   #include <fathom/fathom.h>
 *
 *   fathom_model* model;
 *   fathom_session* session;
 *   if (fathom_model_open("NAME.fathom", NULL, &model) != FATHOM_OK ||
 *       fathom_session_open(model, NULL, &session) != FATHOM_OK)
 *     fprintf(stderr, "%s\n", fathom_error_message());
 *
 * Link with -lfathom (pkg-config: `fathom`; CMake: find_package(Fathom),
 * target Fathom::fathom). The library loads no compiler.
 *
 * Errors. Every function that can fail returns a fathom_code; FATHOM_OK is 0.
 * fathom_error_message() then says in one line what was found and what was
 * expected. Nothing that is passed in, opened or asked ends the process: null
 * pointers, wrong sizes and handles that were closed are errors. After an
 * error, a *model or *session is NULL, a *count 0 (but for
 * FATHOM_ERROR_BUFFER), and an *info or *result whose struct_size is right
 * holds zeros; buffers are not written to.
 *
 * Threads. A model may be used by any number of threads at a time, and so may
 * several sessions of one model, whose steps take turns. A session serves one
 * call at a time: a second one from another thread, or from a callback, gets
 * FATHOM_ERROR_BUSY. fathom_cancel() may be called at any time, from any thread
 * and from a callback, though not from a signal handler; fathom_session_close()
 * from any thread but a callback's. After fork() the child must not use what
 * its parent opened.
 *
 * Ownership. The caller closes what it opened, in any order: a model that was
 * closed stays in memory until the last of its sessions is closed. Memory that
 * the library hands out belongs to the library and is valid as long as the
 * function's description says. Strings are UTF-8.
 *
 * Structs begin with their size, which tells the library which fields the
 * caller knows. Set it to sizeof the struct, or call the struct's init
 * function. Later versions of the library add fields at the end and functions;
 * they take nothing away under the same SONAME.
 *
 * Results. The same request to the same artifact gives the same tokens,
 * whatever the number of threads and whatever other sessions do.
 */
#ifndef FATHOM_FATHOM_H
#define FATHOM_FATHOM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define FATHOM_API __attribute__((visibility("default")))
#else
#define FATHOM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What went wrong, by what the caller can do about it. */
typedef enum fathom_code {
  FATHOM_OK = 0,
  /* An argument: null, out of range, of a wrong size, or a closed handle. */
  FATHOM_ERROR_ARGUMENT = 1,
  /* What the argument names or holds: an artifact, a request, a text. */
  FATHOM_ERROR_INPUT = 2,
  /* The machine: memory, a file that cannot be read, a missing CPU feature. */
  FATHOM_ERROR_MACHINE = 3,
  /* The caller's buffer is too small; the size that is needed was returned. */
  FATHOM_ERROR_BUFFER = 4,
  /* The session is serving another call. */
  FATHOM_ERROR_BUSY = 5,
  /* A fault of Fathom itself: please report the message. */
  FATHOM_ERROR_INTERNAL = 70
} fathom_code;

/* An artifact that was opened, and a sequence of tokens that it works on. */
typedef struct fathom_model fathom_model;
typedef struct fathom_session fathom_session;

/* The version of the library, as "0.1.0". Valid for ever. */
FATHOM_API const char* fathom_version(void);

/* What the last call of this thread that failed says, in one line without a
 * line break; "" before one failed. Valid until the next failure on this
 * thread. */
FATHOM_API const char* fathom_error_message(void);

/* ---- Models ------------------------------------------------------------- */

typedef struct fathom_model_options {
  size_t struct_size;
  /* The threads of a step; 0: one a core. Never more than the CPUs that the
   * process may use, and fewer in a step while other work takes the cores. */
  int32_t threads;
  int32_t reserved; /* 0 */
  /* Where the weights lie: "auto", "mapped" or "huge"; NULL: "auto". */
  const char* placement;
  /* The CPU level to use, one of the artifact's, which this machine has to run;
   * NULL: the best that it runs. */
  const char* level;
} fathom_model_options;

/* Sets the first `struct_size` bytes to the defaults. */
FATHOM_API fathom_code fathom_model_options_init(fathom_model_options* options,
                                                 size_t struct_size);

/* Opens the artifact at `path`, checks it and maps its weights. `options` may
 * be NULL. On success *model is a new model, for fathom_model_close(). */
FATHOM_API fathom_code fathom_model_open(const char* path,
                                         const fathom_model_options* options,
                                         fathom_model** model);

/* Closes the model; its sessions go on. Waits for no call: what runs on the
 * model in other threads is finished first, then the memory is given back. */
FATHOM_API fathom_code fathom_model_close(fathom_model* model);

typedef struct fathom_model_info {
  size_t struct_size; /* set by the caller */
  /* Strings are valid until the model and all of its sessions are closed. */
  const char* name;
  const char* level;         /* the CPU level in use */
  const char* placement;     /* where the weights lie */
  int32_t threads;           /* the most that a step takes */
  int32_t vocabulary_size;   /* logits in a row; token ids are below it */
  int64_t context_tokens;    /* the longest sequence */
  int64_t step_tokens;       /* the most tokens that fathom_step() takes */
  int32_t think_open_token;  /* begins the thinking; -1: there is none */
  int32_t think_close_token; /* ends it; -1 */
} fathom_model_info;

/* Fills the fields that `info->struct_size` covers. */
FATHOM_API fathom_code fathom_model_get_info(fathom_model* model,
                                             fathom_model_info* info);

/* ---- Text --------------------------------------------------------------- *
 *
 * These write to a buffer of the caller's with room for `capacity` items and
 * set *count to the number of items in all. Where that is more than `capacity`,
 * nothing is written and FATHOM_ERROR_BUFFER returned: call again with room for
 * *count. A buffer of capacity 0 may be NULL. */

/* The token ids of `text`, `bytes` long. Added tokens, such as the markers of a
 * chat template, are recognised in it; none is put before or after it. */
FATHOM_API fathom_code fathom_tokenize(fathom_model* model, const char* text,
                                       size_t bytes, int32_t* ids,
                                       size_t capacity, size_t* count);

/* The text of `id_count` token ids, not terminated; what is not valid UTF-8
 * becomes U+FFFD. FATHOM_ERROR_INPUT for an id that is no token. */
FATHOM_API fathom_code fathom_detokenize(fathom_model* model,
                                         const int32_t* ids, size_t id_count,
                                         char* text, size_t capacity,
                                         size_t* count);

/* A request is a JSON object with `messages`, a list of objects with `role` and
 * `content`, and whatever else transformers' apply_chat_template takes:
 * `tools`, `documents`, `add_generation_prompt` (true unless given),
 * `continue_final_message`, ... Other keys are variables of the template, as
 * `enable_thinking`.
 *
 *   {"messages": [{"role": "user", "content": "What is 123 + 456?"}]}
 *
 * How to generate is said by fathom_generation_options alone: a request that
 * holds a setting (`max_tokens`, `temperature`, `stop`, ...), or asks for what
 * is not computed (`n` 2, `logprobs` true, ...), is FATHOM_ERROR_INPUT. A
 * `content` may be a list of texts, {"type": "text", "text": "..."}: a template
 * that takes only strings gets them joined by line breaks. Images, sounds and
 * files are FATHOM_ERROR_INPUT.
 */

/* The prompt that the model's chat template makes of a request, as text. To
 * read, not to tokenize: see fathom_encode_request(). */
FATHOM_API fathom_code fathom_render_request(fathom_model* model,
                                             const char* request, size_t bytes,
                                             char* text, size_t capacity,
                                             size_t* count);

/* The same as token ids. What came from the request is text, whatever it
 * spells: no message can smuggle in a control token. */
FATHOM_API fathom_code fathom_encode_request(fathom_model* model,
                                             const char* request, size_t bytes,
                                             int32_t* ids, size_t capacity,
                                             size_t* count);

/* ---- Sessions ----------------------------------------------------------- */

typedef struct fathom_session_options {
  size_t struct_size;
  uint64_t reserved; /* 0 */
} fathom_session_options;

FATHOM_API fathom_code fathom_session_options_init(
    fathom_session_options* options, size_t struct_size);

/* A new session of the model, without tokens. `options` may be NULL. It takes
 * the memory of one sequence as long as the context. */
FATHOM_API fathom_code
fathom_session_open(fathom_model* model, const fathom_session_options* options,
                    fathom_session** session);

/* Closes the session. A call that another thread makes on it is cancelled, and
 * waited for: after this one has returned, nothing runs on the session. A
 * callback of the session gets FATHOM_ERROR_BUSY, and must not wait for a
 * thread that closes it. */
FATHOM_API fathom_code fathom_session_close(fathom_session* session);

/* How to generate. What is negative, NULL or 0 where it says so, is as the
 * artifact says (the checkpoint's generation_config.json). Counts are less than
 * 2^31; what is out of its range is FATHOM_ERROR_ARGUMENT. */
typedef struct fathom_generation_options {
  size_t struct_size;
  int64_t max_tokens;   /* the longest output; 0: the artifact's, else as much
                         * as the context holds */
  int64_t think_tokens; /* ends the thinking softly after so many; -1: never */
  float temperature; /* 0: greedy; above: samples; negative: the artifact's */
  /* `top_p`, `min_p`, `top_k` and `seed` have no effect while greedy. */
  float top_p;              /* negative: the artifact's */
  float min_p;              /* negative: the artifact's */
  float repetition_penalty; /* 1: off; 0: the artifact's */
  int64_t top_k;            /* 0: off; negative: the artifact's */
  uint64_t seed;            /* equal seeds sample equal tokens */
  /* The answer ends before any of these texts. */
  const char* const* stops;
  size_t stop_count;
} fathom_generation_options;

FATHOM_API fathom_code fathom_generation_options_init(
    fathom_generation_options* options, size_t struct_size);

/* What a piece of output is to the reader. */
typedef enum fathom_part {
  FATHOM_THINKING = 0,
  FATHOM_TAG = 1, /* a marker between thinking and answer */
  FATHOM_ANSWER = 2
} fathom_part;

typedef struct fathom_piece {
  size_t struct_size;
  const char* text; /* whole characters, terminated; valid during the call */
  size_t bytes;     /* without the terminator */
  fathom_part part;
} fathom_piece;

/* Takes each piece of the output as it comes, on the thread that generates.
 * Returns 0 to go on; anything else ends the output there, as fathom_cancel()
 * does. `user` is what was given with the callback. */
typedef int (*fathom_piece_callback)(const fathom_piece* piece, void* user);

/* Why an output ended. */
typedef enum fathom_stop_reason {
  FATHOM_STOP_EOS = 1,      /* the model ended it */
  FATHOM_STOP_TEXT = 2,     /* one of `stops` */
  FATHOM_STOP_LENGTH = 3,   /* max_tokens */
  FATHOM_STOP_CONTEXT = 4,  /* the context is full */
  FATHOM_STOP_CANCELLED = 5 /* fathom_cancel(), or the callback */
} fathom_stop_reason;

typedef struct fathom_result {
  size_t struct_size; /* set by the caller */
  fathom_stop_reason stop_reason;
  uint32_t reserved;
  int64_t prompt_tokens;
  int64_t reused_tokens; /* of the prompt, known from the call before */
  int64_t output_tokens;
  double prompt_seconds; /* until the first token */
  double output_seconds; /* from there to the last */
  /* The tokens of the output, the stop token included. Valid until the next
   * call on the session other than fathom_cancel(). NULL, with output_tokens 0,
   * where another thread closed the session during the call. */
  const int32_t* output_ids;
} fathom_result;

/* Generates from a prompt of token ids. What the prompt shares with the tokens
 * of the call before is not computed again. `options`, `callback` and `result`
 * may be NULL. A cancelled output is FATHOM_OK with its stop reason.
 *
 * After it, the sequence holds the prompt and the output as far as they were
 * computed. What is refused changes nothing; where a step fails (memory, a
 * numerical error), the session has no tokens afterwards. */
FATHOM_API fathom_code fathom_generate(fathom_session* session,
                                       const int32_t* prompt_ids,
                                       size_t prompt_count,
                                       const fathom_generation_options* options,
                                       fathom_piece_callback callback,
                                       void* user, fathom_result* result);

/* Answers a chat request: fathom_encode_request(), then fathom_generate(). */
FATHOM_API fathom_code fathom_chat(fathom_session* session, const char* request,
                                   size_t bytes,
                                   const fathom_generation_options* options,
                                   fathom_piece_callback callback, void* user,
                                   fathom_result* result);

/* Ends the output that the session is generating, after the step under way.
 * Without one, it does nothing. */
FATHOM_API fathom_code fathom_cancel(fathom_session* session);

/* What a token of a step is. It picks the form of attention where a model has
 * two, so generated tokens have to be marked to get generation's logits. */
typedef enum fathom_role {
  FATHOM_PROMPT_TOKEN = 0,
  FATHOM_GENERATED_TOKEN = 1
} fathom_role;

/* One step of the model: appends `count` tokens, at most the model's
 * step_tokens, from `position` on, which is at most the length of the sequence;
 * a lower one takes the sequence back to there. `logits` takes one row, of the
 * last token, and has room for `capacity` floats: at least the model's
 * vocabulary_size, or NULL and 0 where the row is not wanted.
 *
 * FATHOM_ERROR_INPUT for an id outside of the vocabulary. A call that is
 * refused changes nothing; where the step itself fails (memory, a numerical
 * error), the session has no tokens afterwards. */
FATHOM_API fathom_code fathom_step(fathom_session* session, const int32_t* ids,
                                   size_t count, int64_t position,
                                   fathom_role role, float* logits,
                                   size_t capacity);

#ifdef __cplusplus
}
#endif

#endif /* FATHOM_FATHOM_H */
