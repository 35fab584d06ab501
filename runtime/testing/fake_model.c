/* A model.so for tests of the loader: a step that is no model. What a token is
 * goes through the cache's pages, what comes out is a sum over them, so that a
 * wrong page, slot, position or weight changes the logits.
 *
 * Built as FAKE_VARIANT: 0 as it should be; 1 with a constructor; 2 with an
 * import that nobody has; 3 without the read probe.
 */
#include "runtime/abi/step.h"

#define VOCABULARY 8
#define PAGE_TOKENS 64
#define LAYERS 2
#define EXPERT_LAYERS 2
#define EXPERTS_PER_TOKEN 3
/* One float a token in each layer of both classes; the second class has one
 * layer and a number of its own beside each value. */
#define STRIDE_0 (LAYERS * PAGE_TOKENS * 4)
#define STRIDE_1 (PAGE_TOKENS * 8)

static void Barrier(const FathomStep* c) {
  const uint64_t n = c->thread_count;
  const uint64_t v = __atomic_fetch_add(c->barrier, 1, __ATOMIC_ACQ_REL);
  const uint64_t target = (v / n + 1) * n;
  for (int spins = 0; __atomic_load_n(c->barrier, __ATOMIC_ACQUIRE) < target;
       ++spins) {
    if (spins > 2000) c->park(c, c->barrier, target);
  }
}

static const FathomRun* RunOf(const FathomStep* c, int32_t token) {
  const FathomRun* run = c->runs;
  while (token >= run->first_token + run->token_count) ++run;
  return run;
}

static char* Entry(const FathomStep* c, int cache, uint64_t stride,
                   int32_t slot, int64_t place) {
  const int32_t page =
      c->page_tables[cache][slot * c->pages_per_slot + place / PAGE_TOKENS];
  return (char*)c->caches[cache] + page * stride;
}

static void Append(const FathomStep* c, int32_t t) {
  const FathomRun* run = RunOf(c, t);
  const int64_t place = run->first_position + (t - run->first_token);
  const int32_t at = place % PAGE_TOKENS;
  for (int layer = 0; layer < LAYERS; ++layer) {
    float* values = (float*)(Entry(c, 0, STRIDE_0, c->slots[t], place) +
                             layer * PAGE_TOKENS * 4);
    const float* scale = c->layers[layer][0];
    values[at] = scale[c->token_ids[t]] + 0.5f * (float)run->role;
  }
  float* pair = (float*)Entry(c, 1, STRIDE_1, c->slots[t], place) + 2 * at;
  pair[0] = (float)c->positions[t];
  pair[1] = 1;
}

static void Logits(const FathomStep* c, int32_t row) {
  const int32_t t = c->logit_tokens[row];
  const FathomRun* run = RunOf(c, t);
  const int64_t place = run->first_position + (t - run->first_token);
  float sum = 0;
  /* Whole pages: entries after the sequence count with the factor 0, as masked
   * ones do in a real model. */
  const int64_t end = (place / PAGE_TOKENS + 1) * PAGE_TOKENS;
  for (int64_t p = 0; p < end; ++p) {
    const float mask = p <= place ? 1.0f : 0.0f;
    const int32_t at = p % PAGE_TOKENS;
    const float* pair =
        (const float*)Entry(c, 1, STRIDE_1, c->slots[t], p) + 2 * at;
    const float weight = mask * (1 + (float)(p % 5) + 0.001f * pair[0]);
    for (int layer = 0; layer < LAYERS; ++layer) {
      const float* values =
          (const float*)(Entry(c, 0, STRIDE_0, c->slots[t], p) +
                         layer * PAGE_TOKENS * 4);
      sum += weight * values[at];
    }
  }
  if (c->hidden != 0) c->hidden[row] = sum;
  const float* head = c->globals[0];
  for (int v = 0; v < VOCABULARY; ++v) {
    c->logits[row * VOCABULARY + v] = sum * head[v] + (float)v;
  }
}

static void Route(const FathomStep* c, int32_t t) {
  if (c->experts == 0) return;
  for (int layer = 0; layer < EXPERT_LAYERS; ++layer) {
    for (int k = 0; k < EXPERTS_PER_TOKEN; ++k) {
      c->experts[((int64_t)layer * c->token_count + t) * EXPERTS_PER_TOKEN +
                 k] = c->token_ids[t] + 10 * layer + k;
    }
  }
}

static void Step(const FathomStep* c, uint32_t thread, uint32_t first,
                 uint32_t end) {
  for (uint32_t phase = first; phase < end; ++phase) {
    const int32_t count = phase == 0 ? (int32_t)c->token_count
                                     : (int32_t)c->logit_count;
    for (int32_t i = thread; i < count; i += c->thread_count) {
      if (phase == 0) Append(c, i);
      if (phase == 0) Route(c, i);
      if (phase == 1) Logits(c, i);
    }
    /* Each thread's part of the arena is its own. */
    c->arena[64 + thread * 64]++;
    Barrier(c);
  }
}

void fathom_step_plain(const FathomStep* context, uint32_t thread,
                       uint32_t first_phase, uint32_t end_phase) {
  Step(context, thread, first_phase, end_phase);
}

/* A further layer: logits out of the hidden row and the next token's id, with
 * that id as each expert. */
void fathom_mtp_step_plain(const FathomStep* c, uint32_t thread,
                           uint32_t first_phase, uint32_t end_phase) {
  for (int32_t i = thread; i < (int32_t)c->logit_count; i += c->thread_count) {
    const int32_t t = c->logit_tokens[i];
    for (int v = 0; v < VOCABULARY; ++v) {
      c->logits[i * VOCABULARY + v] =
          c->hidden_in[t] + (float)(100 * c->token_ids[t] + v);
    }
    for (int k = 0; k < EXPERTS_PER_TOKEN; ++k) {
      c->experts[t * EXPERTS_PER_TOKEN + k] = c->token_ids[t];
    }
  }
  Barrier(c);
}

/* What a level that must not be chosen would do. */
void fathom_step_never(const FathomStep* context, uint32_t thread,
                       uint32_t first_phase, uint32_t end_phase) {
  __builtin_trap();
}

#if FAKE_VARIANT != 3
uint64_t fathom_read_probe(const void* data, uint64_t bytes) {
  const uint64_t* words = data;
  uint64_t sum = 0;
  for (uint64_t i = 0; i < bytes / 8; ++i) sum += words[i];
  return sum;
}
#endif

uint64_t fathom_dot_probe(uint64_t rounds, float* sink) {
  float sum = 1;
  for (uint64_t i = 0; i < rounds; ++i) {
    sum = sum * 0.5f + 1;
    __asm__ volatile("" : "+x"(sum));
  }
  sink[0] = sum;
  return 2;
}

#if FAKE_VARIANT == 1
/* Runs when the object is mapped: creates the file that the environment names,
 * by system calls alone. */
static long Call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

__attribute__((constructor)) static void Constructor(int argc, char** argv,
                                                     char** environment) {
  static const char kName[] = "FATHOM_TEST_CONSTRUCTOR=";
  for (; *environment != 0; ++environment) {
    int i = 0;
    while (kName[i] != 0 && (*environment)[i] == kName[i]) ++i;
    if (kName[i] == 0) {
      Call(2 /* open */, (long)(*environment + i), 0101 /* create, write */,
           0600);
    }
  }
}
#endif

#if FAKE_VARIANT == 2
extern float nobody_has_this(float);
float fathom_unresolved(float x) { return nobody_has_this(x); }
#endif
