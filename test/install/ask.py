"""ask.py LIBRARY NAME.fathom: asks through the C API from Python's ctypes.

Nothing is built and no header read: only the library is there.
"""

import ctypes
import sys
import threading


class Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t),
                ("max_tokens", ctypes.c_int64),
                ("think_tokens", ctypes.c_int64),
                ("temperature", ctypes.c_float),
                ("top_p", ctypes.c_float),
                ("min_p", ctypes.c_float),
                ("repetition_penalty", ctypes.c_float),
                ("top_k", ctypes.c_int64),
                ("seed", ctypes.c_uint64),
                ("stops", ctypes.POINTER(ctypes.c_char_p)),
                ("stop_count", ctypes.c_size_t)]


class Piece(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t),
                ("text", ctypes.c_char_p),
                ("bytes", ctypes.c_size_t),
                ("part", ctypes.c_int)]


class Result(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t),
                ("stop_reason", ctypes.c_int),
                ("reserved", ctypes.c_uint32),
                ("prompt_tokens", ctypes.c_int64),
                ("reused_tokens", ctypes.c_int64),
                ("output_tokens", ctypes.c_int64),
                ("prompt_seconds", ctypes.c_double),
                ("output_seconds", ctypes.c_double),
                ("output_ids", ctypes.POINTER(ctypes.c_int32))]


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Piece),
                            ctypes.c_void_p)
THINKING, TAG, ANSWER = 0, 1, 2
CANCELLED = 5


def main() -> int:
    fathom = ctypes.CDLL(sys.argv[1])
    fathom.fathom_error_message.restype = ctypes.c_char_p
    fathom.fathom_version.restype = ctypes.c_char_p
    print("version", fathom.fathom_version().decode())

    def call(name, *arguments):
        code = getattr(fathom, "fathom_" + name)(*arguments)
        if code != 0:
            sys.exit(f"{name}: {code}: {fathom.fathom_error_message()}")

    code = fathom.fathom_model_open(b"/nowhere", None,
                                    ctypes.byref(ctypes.c_void_p()))
    print("open", code, fathom.fathom_error_message().decode())

    model, session = ctypes.c_void_p(), ctypes.c_void_p()
    call("model_open", sys.argv[2].encode(), None, ctypes.byref(model))
    call("session_open", model, None, ctypes.byref(session))

    text = "What is 123 + 456?".encode()
    count = ctypes.c_size_t()
    ids = (ctypes.c_int32 * 100)()
    call("tokenize", model, text, ctypes.c_size_t(len(text)), ids,
         ctypes.c_size_t(100), ctypes.byref(count))
    back = ctypes.create_string_buffer(100)
    call("detokenize", model, ids, count, back, ctypes.c_size_t(100),
         ctypes.byref(count))
    print("back", back.raw[:count.value].decode())

    options = Options()
    call("generation_options_init", ctypes.byref(options),
         ctypes.c_size_t(ctypes.sizeof(options)))
    parts = {THINKING: "", TAG: "", ANSWER: ""}

    def take(piece, _user):
        parts[piece[0].part] += piece[0].text.decode()
        return 0

    def chat(callback, result):
        request = (b'{"messages": [{"role": "user", "content": "' + text
                   + b'"}]}')
        call("chat", session, request, ctypes.c_size_t(len(request)),
             ctypes.byref(options), callback, None, ctypes.byref(result))

    result = Result(struct_size=ctypes.sizeof(Result))
    chat(CALLBACK(take), result)
    print("thinks", bool(parts[THINKING].strip()))
    print("answers", parts[ANSWER].strip())
    print("reason", result.stop_reason)
    ids = [result.output_ids[i] for i in range(result.output_tokens)]

    # Another thread cancels at the first piece.
    def cancel(_piece, _user):
        thread = threading.Thread(target=call, args=("cancel", session))
        thread.start()
        thread.join()
        return 0

    chat(CALLBACK(cancel), result)
    print("cancelled", result.stop_reason == CANCELLED,
          result.output_tokens < len(ids))

    # And it answers as before.
    chat(CALLBACK(take), result)
    print("same", ids == [result.output_ids[i]
                          for i in range(result.output_tokens)])
    call("session_close", session)
    call("model_close", model)
    print("closed", fathom.fathom_model_close(model))
    return 0


if __name__ == "__main__":
    sys.exit(main())
