// Handles of the C API: numbers that look like pointers, so that one that was
// closed, made up, or is of another kind is known for what it is.
#ifndef FATHOM_RUNTIME_API_HANDLES_H_
#define FATHOM_RUNTIME_API_HANDLES_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace fathom::rt {

// The next number of all handles, of whichever kind. Never given twice, so a
// closed handle never comes back to life. Even, non-zero, and no address.
inline uintptr_t NextHandle() {
  static std::atomic<uintptr_t> next{1};
  return next.fetch_add(1) * 16 + 8;
}

// Objects of type T under handles of the opaque type Handle. Thread-safe.
template <typename Handle, typename T>
class HandleTable {
 public:
  Handle* Add(std::shared_ptr<T> object) {
    const uintptr_t handle = NextHandle();
    std::lock_guard<std::mutex> lock(mutex_);
    objects_.emplace(handle, std::move(object));
    return reinterpret_cast<Handle*>(handle);
  }

  // The object, kept alive by the pointer; null for what is no open handle.
  std::shared_ptr<T> Find(const Handle* handle) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<uintptr_t>(handle));
    return found == objects_.end() ? nullptr : found->second;
  }

  // The same, and closes the handle.
  std::shared_ptr<T> Remove(const Handle* handle) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<uintptr_t>(handle));
    if (found == objects_.end()) return nullptr;
    std::shared_ptr<T> object = std::move(found->second);
    objects_.erase(found);
    return object;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<uintptr_t, std::shared_ptr<T>> objects_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_API_HANDLES_H_
