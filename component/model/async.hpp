// Asynchronous calls: tasks and their threads, subtasks, waitables, streams and futures, and the
// loop that goes on with threads that wait.
//
// A thread that waits between two calls of its task's callback is an entry of a list and holds no
// stack. One that waits in the middle of core code keeps its Stack, and gives back control to
// whoever called it or to the loop. The first thread of a synchronous task stays on the stack of
// its caller, and runs other threads of its instance there while it waits. So does one of an
// asynchronous task where all stacks are taken; where it would have to give the stack back that is
// refused (Errc::component_async_unsupported).
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#concurrency
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include <wrt/foundation/fiber.hpp>
#include <wrt/foundation/native_stack.hpp>
#include <wrt/runtime/activation.hpp>

#include "model/transfer.hpp"

namespace wrt::component {

enum class EventCode : uint32_t {
    none,
    subtask,
    stream_read,
    stream_write,
    future_read,
    future_write,
    task_cancelled,
};

struct Task;
struct Stack;

struct Event {
    EventCode code = EventCode::none;
    uint32_t first = 0;
    uint32_t second = 0;
};

/// The answer of a built-in that goes on without its caller.
inline constexpr uint32_t blocked_result = 0xffffffff;

/// What a waitable set holds: the common part of subtasks and ends of streams and futures.
struct Waitable {
    enum class Kind : uint8_t { subtask, end };

    Kind kind = Kind::subtask;
    bool has_event = false;
    bool has_sync_waiter = false;
    uint32_t index = 0;  ///< Of its handle.
    WaitableSet* set = nullptr;
    Waitable* next = nullptr;  ///< In the set.
};

struct WaitableSet {
    Waitable* first = nullptr;
    uint32_t waiting = 0;  ///< Tasks that wait for it.
    WaitableSet* next_free = nullptr;

    void add(Waitable& waitable);
    void remove(Waitable& waitable);
    /// A member with an event, or null.
    Waitable* ready() const;
};

/// A call by an asynchronous lower, as its caller sees it.
struct Subtask : Waitable {
    enum class State : uint8_t {
        starting,
        started,
        returned,
        cancelled_before_started,
        cancelled_before_returned,
    };

    State state = State::starting;
    bool delivered = false;  ///< The caller knows that it is over.
    bool cancel_requested = false;
    bool has_handle = false;
    Lends lends;
    Task* task = nullptr;
    Instance* caller = nullptr;  ///< Null: of a free entry.
    Subtask* next_free = nullptr;

    bool resolved() const { return state >= State::returned; }
};

/// When a thread that waits may go on. Without a test it does not by itself: it is suspended.
struct Ready {
    bool (*test)(const void* context) = nullptr;
    const void* context = nullptr;

    static Ready now()
    {
        return {[](const void*) { return true; }, nullptr};
    }
    bool operator()() const { return test != nullptr && test(context); }
};

/// A thread of a task: the implicit one, or one that thread.new-indirect made.
struct Thread {
    enum class Waits : uint8_t { no, suspended, to_enter, for_turn, for_event, in_core };

    Task* task = nullptr;  ///< Null: of a free entry, or of realloc.
    Waits waits = Waits::no;
    bool nested = false;       ///< It waits in a loop of its own, on its caller's stack.
    bool cancellable = false;  ///< Of one that waits.
    bool cancelled = false;    ///< Of one that goes on.
    uint32_t index = 0;        ///< In its instance's table of threads; 0: in none.
    std::array<uint32_t, 2> context{};
    Ready ready;                       ///< Waits::in_core.
    WaitableSet* set = nullptr;        ///< Waits::for_event.
    FuncInstance* function = nullptr;  ///< What one that was made begins with, until it does.
    uint32_t argument = 0;
    Stack* stack = nullptr;    ///< That it is the first thread of.
    Stack* blocked = nullptr;  ///< That lies still while it waits.
    Thread* next = nullptr;    ///< Of the threads that wait, or of the free ones.
};

/// An activation of a component function.
struct Task {
    enum class State : uint8_t { initial, started, pending_cancel, cancel_delivered, resolved };

    Instance* instance = nullptr;  ///< Null: of a free entry.
    uint32_t borrows = 0;          ///< Borrowed handles that the callee has not dropped.
    uint32_t threads = 0;          ///< That are not over.
    State state = State::initial;
    bool is_async = false;      ///< Of an asynchronous function type.
    bool called_async = false;  ///< By an asynchronous lower: its caller goes on when it waits.
    bool resumed = false;       ///< By the loop: nobody on the native stack waits for it to go on.
    bool done = false;          ///< Nothing of it runs any more.
    bool orphaned = false;      ///< Its caller was closed: nobody takes its result.
    const Func* func = nullptr;
    Instance* caller = nullptr;  ///< Null: the host.
    Thread* parent = nullptr;    ///< Whose core code the call came from.
    Subtask* subtask = nullptr;
    Side side;  ///< Of the caller; side.flat views `flat`.
    std::array<Slot, 18> flat{};
    Place args;
    Place result;
    Lends lends;      ///< Of synchronous calls; else the subtask's.
    Thread implicit;  ///< Calls its core function and its callback.
    Task* next_free = nullptr;

    bool resolved() const { return state == State::resolved; }
};

/// What both ends of a stream or future share.
struct Shared {
    const Instance* types = nullptr;  ///< Whose pools `element` is of.
    ComponentValType element;
    bool future = false;
    bool dropped = false;
    uint8_t ends = 2;
    struct CopyEnd* pending = nullptr;  ///< The end whose buffer waits for the other.
    Instance* pending_instance = nullptr;
    Shared* next_free = nullptr;
};

enum class CopyResult : uint8_t { completed, dropped, cancelled };

/// One end of a stream or future, with the buffer of the copy that is under way.
struct CopyEnd : Waitable {
    enum class State : uint8_t { idle, copying, cancelling, done };

    State state = State::idle;
    bool readable = false;
    CopyResult result = CopyResult::completed;
    Shared* shared = nullptr;    ///< Null: of a free entry.
    Instance* holder = nullptr;  ///< Whose handle it is.
    Side side;
    uint32_t at = 0;
    uint32_t length = 0;
    uint32_t progress = 0;
    CopyEnd* next_free = nullptr;

    bool copying() const { return state == State::copying || state == State::cancelling; }
    uint32_t remain() const { return length - progress; }
};

/// A pool whose entries go round. They begin when they are first taken: worlds have many, and most
/// need few.
template <class T, T* T::* Next>
struct Pool {
    std::span<T> entries;
    size_t used = 0;
    T* free = nullptr;

    Result<T*> take()
    {
        T* entry = free;
        if (entry != nullptr) {
            free = entry->*Next;
        } else {
            if (used == entries.size()) return Error{.code = Errc::handle_table_full};
            entry = std::construct_at(&entries[used++]);
        }
        entry->*Next = nullptr;
        return entry;
    }
    void give(T* entry)
    {
        *entry = T{};
        entry->*Next = free;
        free = entry;
    }
    /// Those that were ever taken; free ones are as new.
    std::span<T> touched() const { return entries.first(used); }
};

/// An instance that is entered, and from where; on the native stack of the call.
struct Entered {
    Instance* callee = nullptr;
    const Instance* caller = nullptr;
    Entered* outer = nullptr;
};

/// A native and a core stack, for a thread and for those of tasks that it calls synchronously.
struct Stack {
    Fiber fiber;
    runtime::Activation activation;  ///< What it has of the execution, or, while it runs, others.
    NativeStack native;
    std::span<Slot> core;
    World* world = nullptr;
    Thread* first = nullptr;  ///< Null: it is free.
    Status (*work)(World& world, Thread& thread) = nullptr;
    Status result = ok();
    // While it lies still:
    Thread* current = nullptr;   ///< That it lies still for.
    Entered* entered = nullptr;  ///< The innermost.
    Entered* base = nullptr;     ///< What was entered when it was run: not its own.
    Stack* next_free = nullptr;
};

/// The asynchronous part of a world.
struct Scheduler {
    Pool<Task, &Task::next_free> tasks;
    Pool<Thread, &Thread::next> threads;  ///< Those that guests made.
    Pool<Subtask, &Subtask::next_free> subtasks;
    Pool<WaitableSet, &WaitableSet::next_free> sets;
    Pool<Shared, &Shared::next_free> shared;
    Pool<CopyEnd, &CopyEnd::next_free> ends;
    std::span<Stack> stacks;
    Stack* free_stack = nullptr;
    Thread* current = nullptr;  ///< Whose core code runs.
    Thread* first = nullptr;    ///< Threads that wait, the oldest first.
    Thread* last = nullptr;
    Thread* target = nullptr;  ///< That one which has just stopped switches to.
    Thread* nested = nullptr;  ///< Whose loop is the innermost on the native stack.
    Entered* entered = nullptr;

    Task* current_task() const { return current != nullptr ? current->task : nullptr; }
};

// tasks.cpp
Status enter(World& world, Entered& entered);
void leave(World& world, const Entered& entered);
bool may_enter(const Entered& entered);
void set_may_enter(const Entered& entered, bool may);
/// Whether it keeps out others of its instance that do so too, while its core code runs.
bool needs_exclusive(const Task& task);
/// Starts a task, with its implicit thread: it runs until it is over, or waits.
Status start_task(World& world, Thread& thread);
/// A task's implicit thread, which waited between calls, goes on; Thread::cancelled: it was
/// cancelled meanwhile.
Status resume_between_calls(World& world, Thread& thread);
/// Calls core code of the thread.
Status call_of(World& world, Thread& thread, FuncInstance& func, std::span<Slot> window);
/// Gives the task's result, or (false) that it was cancelled, to its caller.
Status resolve_task(World& world, Task& task, bool returned, Side& side, Place source);
/// Asks a task that waits to give up. `caller` is the instance that asks.
Status cancel_task(World& world, Task& task, Instance& caller);
/// Whether the current task is told now that it was cancelled, which no thread could be before.
bool deliver_cancel(World& world, bool cancellable);
/// A thread joins its task: it has an index from now on, where threads of the instance have.
Status register_thread(World& world, Thread& thread);
/// A thread of a task is over, and with the last one the task.
Status exit_thread(World& world, Thread& thread);
/// The event of a waitable that has one; what it tells is true from now on.
Event take_event(World& world, Waitable& waitable);
void forget_subtask(World& world, Subtask& subtask);

// threads.cpp
void park(Scheduler& scheduler, Thread& thread, Thread::Waits waits);
/// Takes a thread that waits out of the list.
void unpark(Scheduler& scheduler, Thread& thread);
/// Whether it may go on now.
bool is_ready(const Thread& thread);
/// Goes on with a thread that does not run, and with those that it switches to, until one waits.
Status resume_thread(World& world, Thread& thread, bool cancelled);
/// Begins to run a task's implicit thread.
Status start_thread(World& world, Thread& thread, Status (*work)(World& world, Thread& thread));
/// The current thread waits until `ready()` or, if it is `cancellable`, somebody cancels it: then
/// true. Control goes to `target`, or back to whoever ran the thread.
Result<bool> wait_until(World& world, Ready ready, bool cancellable, Thread* target = nullptr);
/// Lets others run, if there are any that are ready.
Result<bool> yield(World& world, bool cancellable);
/// Runs others until `task` is resolved, for its caller: the current thread, or the host.
Status wait_for_task(World& world, const Task& task);
Status wait_for_event(World& world, const Waitable& waitable);
/// thread.new-indirect: the index of a thread that is suspended before it calls `func`.
Result<uint32_t> new_thread(World& world, Task& task, FuncInstance& func, uint32_t argument);
/// The thread of that index. Errc::unknown_thread.
Result<Thread*> thread_at(Instance& instance, uint32_t index);
/// A thread that is ready waits no more: it is suspended, for who switches to it at once.
void promote(Scheduler& scheduler, Thread& thread);
/// A thread that is suspended is ready from now on.
void resume_later(World& world, Thread& thread);

// stacks.cpp
/// Makes `count` stacks, and room for threads that guests make. With 0 of them, or where the system
/// has no fibers, threads run on the stack of whoever calls them.
Status make_stacks(World& world, uint32_t count, uint32_t threads, Arena& arena);
/// Does `work(world, thread)` on a stack of its own until that is done or lies still; on the
/// current one where none is left.
Status run_on_stack(World& world, Thread& thread, Status (*work)(World& world, Thread& thread));
/// Goes on with a stack that lies still.
Status resume_stack(World& world, Stack& stack);
/// The current thread's stack lies still. Returns when somebody goes on with it.
void suspend_stack(World& world, Stack& stack);
/// Nobody goes on with it.
void abandon_stack(World& world, Stack& stack);

/// Runs `work` with nothing on the native stack, as calls from the host begin; a trap leaves it so.
template <class Work>
auto from_host(World& world, Work&& work)
{
    Scheduler& scheduler = *world.scheduler;
    Thread* const current = std::exchange(scheduler.current, nullptr);
    Thread* const nested = std::exchange(scheduler.nested, nullptr);
    Entered* const entered = std::exchange(scheduler.entered, nullptr);
    auto result = work();
    scheduler.current = current;
    scheduler.nested = nested;
    scheduler.entered = entered;
    scheduler.target = nullptr;
    return result;
}

// streams.cpp
Status new_shared(World& world, Instance& instance, const Definition& definition, Slot* slots);
Status copy(World& world, Instance& instance, const Definition& definition,
            const CanonicalOptions& options, Slot* slots);
Status cancel_copy(World& world, Instance& instance, const Definition& definition, Slot* slots);
Status drop_end(World& world, Instance& instance, const Definition& definition, uint32_t index);
Event take_copy_event(CopyEnd& end);
/// Frees an end that no handle means any more; the other one, if it waits, is told.
void free_end(World& world, CopyEnd& end);
/// Whether two value types are the same: of one pool or of two.
bool same_type(const Instance& left, ComponentValType left_type, const Instance& right,
               ComponentValType right_type);

}  // namespace wrt::component
