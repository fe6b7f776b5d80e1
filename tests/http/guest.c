// A guest of wasi:http without a library: core functions as the canonical ABI flattens them. What it answers depends on
// the path; http_types_test.cpp and serve.py say what they expect.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u32 handle;

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define TYPES(name) IMPORT("wasi:http/types@0.2.12", name)
#define STREAMS(name) IMPORT("wasi:io/streams@0.2.12", name)

// fields
TYPES("[constructor]fields") handle fields_new(void);
TYPES("[static]fields.from-list") void fields_from_list(const void *entries, u32 count, void *result);
TYPES("[method]fields.get") void fields_get(handle self, const char *name, u32 size, void *result);
TYPES("[method]fields.has") u32 fields_has(handle self, const char *name, u32 size);
TYPES("[method]fields.set")
void fields_set(handle self, const char *name, u32 size, const void *values, u32 count, void *result);
TYPES("[method]fields.delete") void fields_delete(handle self, const char *name, u32 size, void *result);
TYPES("[method]fields.append")
void fields_append(handle self, const char *name, u32 size, const char *value, u32 value_size, void *result);
TYPES("[method]fields.entries") void fields_entries(handle self, void *result);
TYPES("[method]fields.clone") handle fields_clone(handle self);
TYPES("[resource-drop]fields") void fields_drop(handle self);

// messages
TYPES("[method]incoming-request.method") void request_method(handle self, void *result);
TYPES("[method]incoming-request.path-with-query") void request_path(handle self, void *result);
TYPES("[method]incoming-request.scheme") void request_scheme(handle self, void *result);
TYPES("[method]incoming-request.authority") void request_authority(handle self, void *result);
TYPES("[method]incoming-request.headers") handle request_headers(handle self);
TYPES("[method]incoming-request.consume") void request_consume(handle self, void *result);
TYPES("[resource-drop]incoming-request") void request_drop(handle self);

TYPES("[constructor]outgoing-request") handle outgoing_new(handle headers);
TYPES("[method]outgoing-request.body") void outgoing_body(handle self, void *result);
TYPES("[method]outgoing-request.method") void outgoing_method(handle self, void *result);
TYPES("[method]outgoing-request.set-method")
u32 outgoing_set_method(handle self, u32 which, const char *other, u32 size);
TYPES("[method]outgoing-request.path-with-query") void outgoing_path(handle self, void *result);
TYPES("[method]outgoing-request.set-path-with-query")
u32 outgoing_set_path(handle self, u32 some, const char *path, u32 size);
TYPES("[method]outgoing-request.scheme") void outgoing_scheme(handle self, void *result);
TYPES("[method]outgoing-request.set-scheme")
u32 outgoing_set_scheme(handle self, u32 some, u32 which, const char *other, u32 size);
TYPES("[method]outgoing-request.authority") void outgoing_authority(handle self, void *result);
TYPES("[method]outgoing-request.set-authority")
u32 outgoing_set_authority(handle self, u32 some, const char *authority, u32 size);
TYPES("[method]outgoing-request.headers") handle outgoing_headers(handle self);
TYPES("[resource-drop]outgoing-request") void outgoing_drop(handle self);

TYPES("[constructor]request-options") handle options_new(void);
TYPES("[method]request-options.connect-timeout") void options_connect(handle self, void *result);
TYPES("[method]request-options.set-connect-timeout") u32 options_set_connect(handle self, u32 some, u64 ns);
TYPES("[method]request-options.first-byte-timeout") void options_first(handle self, void *result);
TYPES("[method]request-options.set-first-byte-timeout") u32 options_set_first(handle self, u32 some, u64 ns);
TYPES("[method]request-options.between-bytes-timeout") void options_between(handle self, void *result);
TYPES("[method]request-options.set-between-bytes-timeout") u32 options_set_between(handle self, u32 some, u64 ns);
TYPES("[resource-drop]request-options") void options_drop(handle self);

TYPES("[static]response-outparam.set")
void outparam_set(handle self, u32 is_error, u32 first, u32 a, u64 b, u32 c, u32 d, u32 e, u32 f);
TYPES("[method]response-outparam.send-informational")
void outparam_inform(handle self, u32 status, handle headers, void *result);

TYPES("[method]incoming-response.status") u32 incoming_status(handle self);
TYPES("[method]incoming-response.headers") handle incoming_headers(handle self);
TYPES("[method]incoming-response.consume") void incoming_consume(handle self, void *result);
TYPES("[resource-drop]incoming-response") void incoming_drop(handle self);

TYPES("[constructor]outgoing-response") handle response_new(handle headers);
TYPES("[method]outgoing-response.status-code") u32 response_status(handle self);
TYPES("[method]outgoing-response.set-status-code") u32 response_set_status(handle self, u32 status);
TYPES("[method]outgoing-response.headers") handle response_headers(handle self);
TYPES("[method]outgoing-response.body") void response_body(handle self, void *result);
TYPES("[resource-drop]outgoing-response") void response_drop(handle self);

// bodies
TYPES("[method]incoming-body.stream") void in_body_stream(handle self, void *result);
TYPES("[static]incoming-body.finish") handle in_body_finish(handle self);
TYPES("[resource-drop]incoming-body") void in_body_drop(handle self);
TYPES("[method]future-trailers.subscribe") handle trailers_subscribe(handle self);
TYPES("[method]future-trailers.get") void trailers_get(handle self, void *result);
TYPES("[resource-drop]future-trailers") void trailers_drop(handle self);
TYPES("[method]outgoing-body.write") void out_body_write(handle self, void *result);
TYPES("[static]outgoing-body.finish") void out_body_finish(handle self, u32 some, handle trailers, void *result);
TYPES("[resource-drop]outgoing-body") void out_body_drop(handle self);
TYPES("[method]future-incoming-response.subscribe") handle future_subscribe(handle self);
TYPES("[method]future-incoming-response.get") void future_get(handle self, void *result);
TYPES("[resource-drop]future-incoming-response") void future_drop(handle self);
TYPES("http-error-code") void http_error_code(handle error, void *result);
IMPORT("wasi:http/outgoing-handler@0.2.12", "handle")
void send(handle request, u32 some, handle options, void *result);

// wasi:io, wasi:clocks
STREAMS("[method]input-stream.read") void in_read(handle self, u64 size, void *result);
STREAMS("[method]input-stream.blocking-read") void in_blocking_read(handle self, u64 size, void *result);
STREAMS("[method]input-stream.subscribe") handle in_subscribe(handle self);
STREAMS("[resource-drop]input-stream") void in_drop(handle self);
STREAMS("[method]output-stream.check-write") void out_check(handle self, void *result);
STREAMS("[method]output-stream.write") void out_write(handle self, const void *data, u32 size, void *result);
STREAMS("[method]output-stream.blocking-write-and-flush")
void out_write_and_flush(handle self, const void *data, u32 size, void *result);
STREAMS("[method]output-stream.flush") void out_flush(handle self, void *result);
STREAMS("[method]output-stream.blocking-flush") void out_blocking_flush(handle self, void *result);
STREAMS("[method]output-stream.subscribe") handle out_subscribe(handle self);
STREAMS("[method]output-stream.blocking-splice") void out_splice(handle self, handle from, u64 size, void *result);
STREAMS("[resource-drop]output-stream") void out_drop(handle self);
IMPORT("wasi:io/error@0.2.12", "[resource-drop]error") void error_drop(handle self);
IMPORT("wasi:io/poll@0.2.12", "[method]pollable.block") void pollable_block(handle self);
IMPORT("wasi:io/poll@0.2.12", "[method]pollable.ready") u32 pollable_ready(handle self);
IMPORT("wasi:io/poll@0.2.12", "poll") void poll(const handle *pollables, u32 count, void *result);
IMPORT("wasi:io/poll@0.2.12", "[resource-drop]pollable") void pollable_drop(handle self);
IMPORT("wasi:clocks/monotonic-clock@0.2.12", "subscribe-duration") handle subscribe_duration(u64 ns);
IMPORT("wasi:clocks/monotonic-clock@0.2.12", "now") u64 clock_now(void);

// What the host allocates lies one behind the other until the mark is set back.
static u8 heap[192 * 1024];
static u32 used;

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, u32 old_size, u32 align, u32 size) {
  (void)old;
  (void)old_size;
  used = (used + align - 1) / align * align;
  if (size > sizeof heap - used) __builtin_trap();
  void *block = heap + used;
  used += size;
  return block;
}

typedef struct { const char *data; u32 size; } text;

// Room for any result: a tag, and a payload at its alignment.
typedef union { u8 tag; u8 bytes[64]; u32 words[16]; u64 longs[8]; } result;

static u32 length(const char *s) {
  u32 n = 0;
  while (s[n]) n++;
  return n;
}
#define TEXT(s) (s), length(s)

static int starts_with(text t, const char *prefix) {
  u32 n = length(prefix);
  if (t.size < n) return 0;
  for (u32 i = 0; i < n; i++)
    if (t.data[i] != prefix[i]) return 0;
  return 1;
}

static int is(text t, const char *other) { return t.size == length(other) && starts_with(t, other); }

static text text_at(const result *r, u32 word) {
  text t = {(const char *)r->words[word], r->words[word + 1]};
  return t;
}

static char line[512];
static u32 line_size;

static void put(text t) {
  for (u32 i = 0; i < t.size && line_size < sizeof line; i++) line[line_size++] = t.data[i];
}
static void puts_(const char *s) {
  text t = {s, length(s)};
  put(t);
}
static void put_number(u64 n) {
  char digits[20];
  u32 i = sizeof digits;
  do digits[--i] = (char)('0' + n % 10);
  while (n /= 10);
  text t = {digits + i, sizeof digits - i};
  put(t);
}

static void must(int ok) {
  if (!ok) __builtin_trap();
}

static void sleep_ns(u64 ns) {
  handle timer = subscribe_duration(ns);
  pollable_block(timer);
  pollable_drop(timer);
}

// A response that has begun, and its stream.
typedef struct { handle body, stream; } writer;

static writer begin(handle outparam, u32 status, handle headers) {
  result r;
  writer w;
  handle response = response_new(headers);
  must(response_set_status(response, status) == 0);
  response_body(response, &r);
  must(r.tag == 0);
  w.body = r.words[1];
  outparam_set(outparam, 0, response, 0, 0, 0, 0, 0, 0);
  out_body_write(w.body, &r);
  must(r.tag == 0);
  w.stream = r.words[1];
  return w;
}

static handle content_type(const char *type) {
  result r;
  handle headers = fields_new();
  fields_append(headers, TEXT("content-type"), TEXT(type), &r);
  must(r.tag == 0);
  return headers;
}

static int write_all(writer w, const char *data, u32 size) {
  result r;
  while (size) {
    u32 piece = size < 4096 ? size : 4096;
    out_write_and_flush(w.stream, data, piece, &r);
    if (r.tag) return 0;
    data += piece;
    size -= piece;
  }
  return 1;
}

static u32 finish(writer w) {
  result r;
  out_drop(w.stream);
  out_body_finish(w.body, 0, 0, &r);
  return r.tag;
}

static void answer(handle outparam, u32 status, const char *type, text body) {
  result r;
  writer w = begin(outparam, status, content_type(type));
  if (body.size) {
    out_write(w.stream, body.data, body.size, &r);
    must(r.tag == 0);
  }
  must(finish(w) == 0);
}

static void answer_line(handle outparam, u32 status, const char *type) {
  text t = {line, line_size};
  answer(outparam, status, type, t);
}

static void json(handle request, handle outparam, text path) {
  static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  result r;
  puts_("{\"method\": \"");
  request_method(request, &r);
  if (r.tag < 9) puts_(methods[r.tag]);
  else put(text_at(&r, 1));
  puts_("\", \"path\": \"");
  put(path);
  puts_("\", \"scheme\": ");
  request_scheme(request, &r);
  puts_(r.tag && r.bytes[4] == 0 ? "\"http\"" : "null");
  puts_(", \"authority\": \"");
  request_authority(request, &r);
  if (r.tag) put(text_at(&r, 1));
  puts_("\", \"agent\": \"");
  handle headers = request_headers(request);
  fields_get(headers, TEXT("User-AGENT"), &r);
  if (r.words[1]) {
    const text *values = (const text *)r.words[0];
    put(values[0]);
  }
  puts_("\", \"host\": ");
  puts_(fields_has(headers, TEXT("host")) ? "true" : "false");
  puts_("}\n");
  fields_drop(headers);
  answer_line(outparam, 200, "application/json");
}

// Bytes in, the same bytes out.
static void echo(handle request, handle outparam, int by_splice) {
  result r;
  request_consume(request, &r);
  must(r.tag == 0);
  handle body = r.words[1];
  in_body_stream(body, &r);
  must(r.tag == 0);
  handle in = r.words[1];
  writer w = begin(outparam, 200, content_type("application/octet-stream"));
  u32 mark = used;
  int whole = 1;
  for (;;) {
    if (by_splice) out_splice(w.stream, in, 65536, &r);
    else in_blocking_read(in, 65536, &r);
    if (r.tag) {
      whole = by_splice ? r.bytes[8] == 1 : r.bytes[4] == 1; // closed
      break;
    }
    if (!by_splice && !write_all(w, (const char *)r.words[1], r.words[2])) return;
    used = mark;
  }
  in_drop(in);
  if (!whole) { // the request broke off: so does the response
    out_drop(w.stream);
    out_body_drop(w.body);
    return;
  }
  handle trailers = in_body_finish(body);
  handle ready = trailers_subscribe(trailers);
  pollable_block(ready);
  pollable_drop(ready);
  trailers_get(trailers, &r);
  must(r.tag == 1);
  handle given = 0;
  u32 some = 0;
  // option<result<result<option<trailers>, error-code>>>: tags at 0, 8, 16; the option's at 24.
  if (r.bytes[8] == 0 && r.bytes[16] == 0 && r.bytes[24] == 1) {
    some = 1;
    given = fields_clone(r.words[7]);
    fields_drop(r.words[7]);
  }
  trailers_drop(trailers);
  out_drop(w.stream);
  out_body_finish(w.body, some, given, &r);
  must(r.tag == 0);
}

// Reads the body, then says how long it was.
static void count(handle request, handle outparam) {
  result r;
  request_consume(request, &r);
  must(r.tag == 0);
  handle body = r.words[1];
  in_body_stream(body, &r);
  handle in = r.words[1];
  u64 size = 0;
  for (;;) {
    used = 0;
    in_blocking_read(in, 65536, &r);
    if (r.tag) break;
    size += r.words[2];
  }
  int whole = r.bytes[4] == 1; // closed
  in_drop(in);
  in_body_drop(body);
  if (!whole) return; // no answer
  put_number(size);
  puts_("\n");
  answer_line(outparam, 200, "text/plain");
}

static void stream(handle outparam) {
  writer w = begin(outparam, 200, content_type("text/plain"));
  for (u32 i = 1; i <= 3; i++) {
    line_size = 0;
    puts_("piece ");
    put_number(i);
    puts_("\n");
    result r;
    out_write(w.stream, line, line_size, &r); // not flushed: waiting does that
    must(r.tag == 0);
    if (i < 3) sleep_ns(200000000);
  }
  must(finish(w) == 0);
}

// As many bytes as the path says, as fast as the other side takes them.
static void bytes(handle outparam, text path) {
  static const char zeros[4096];
  u64 left = 0;
  for (u32 i = length("/bytes/"); i < path.size; i++) left = left * 10 + (u64)(path.data[i] - '0');
  writer w = begin(outparam, 200, content_type("application/octet-stream"));
  while (left) {
    u32 piece = left < sizeof zeros ? (u32)left : sizeof zeros;
    if (!write_all(w, zeros, piece)) {
      out_drop(w.stream);
      out_body_drop(w.body);
      return;
    }
    left -= piece;
  }
  must(finish(w) == 0);
}

// What wasi:http/types promises; each check that fails leaves its name in the line.
static void check(const char *name, int ok) {
  if (ok) return;
  puts_(name);
  puts_("\n");
}

static void check_fields(void) {
  enum { invalid_syntax, forbidden, immutable };
  result r;
  handle f = fields_new();
  fields_append(f, TEXT("a"), TEXT("1"), &r);
  check("append", r.tag == 0);
  fields_append(f, TEXT("A"), TEXT("2"), &r);
  fields_append(f, TEXT("b"), TEXT(""), &r);
  fields_get(f, TEXT("a"), &r);
  const text *values = (const text *)r.words[0];
  check("get ignores case", r.words[1] == 2 && is(values[0], "1") && is(values[1], "2"));
  fields_get(f, TEXT("b"), &r);
  check("get empty", r.words[1] == 1 && ((const text *)r.words[0])[0].size == 0);
  fields_get(f, TEXT("c"), &r);
  check("get absent", r.words[1] == 0);
  fields_append(f, TEXT("no good"), TEXT("1"), &r);
  check("invalid name", r.tag == 1 && r.bytes[1] == invalid_syntax);
  fields_append(f, TEXT("x"), TEXT("a\nb"), &r);
  check("invalid value", r.tag == 1 && r.bytes[1] == invalid_syntax);
  fields_append(f, TEXT("Transfer-Encoding"), TEXT("chunked"), &r);
  check("forbidden", r.tag == 1 && r.bytes[1] == forbidden);
  text two[] = {{TEXT("3")}, {TEXT("4")}};
  fields_set(f, TEXT("a"), two, 2, &r);
  check("set", r.tag == 0);
  fields_entries(f, &r);
  const text *entries = (const text *)r.words[0];
  check("entries", r.words[1] == 3 && is(entries[0], "b") && is(entries[2], "a") && is(entries[3], "3") &&
                       is(entries[5], "4"));
  handle copy = fields_clone(f);
  fields_delete(copy, TEXT("A"), &r);
  check("delete", r.tag == 0 && !fields_has(copy, TEXT("a")) && fields_has(f, TEXT("a")));
  fields_drop(copy);
  text list[] = {{TEXT("k")}, {TEXT("v")}, {TEXT("host")}, {TEXT("h")}};
  fields_from_list(list, 2, &r);
  check("from-list forbidden", r.tag == 1 && r.bytes[4] == forbidden);
  fields_from_list(list, 1, &r);
  check("from-list", r.tag == 0 && fields_has(r.words[1], TEXT("K")));
  fields_drop(r.words[1]);

  handle response = response_new(f);
  handle view = response_headers(response);
  fields_append(view, TEXT("d"), TEXT("1"), &r);
  check("immutable", r.tag == 1 && r.bytes[1] == immutable);
  check("view", fields_has(view, TEXT("a")));
  fields_drop(view);
  check("status", response_status(response) == 200 && response_set_status(response, 99) == 1 &&
                      response_set_status(response, 404) == 0 && response_status(response) == 404);
  response_body(response, &r);
  check("body", r.tag == 0);
  handle body = r.words[1];
  response_body(response, &r);
  check("body once", r.tag == 1);
  out_body_write(body, &r);
  check("write", r.tag == 0);
  handle out = r.words[1];
  out_body_write(body, &r);
  check("write once", r.tag == 1);
  out_drop(out);
  out_body_drop(body);
  response_drop(response);
}

static void check_request(void) {
  result r;
  handle q = outgoing_new(fields_new());
  outgoing_method(q, &r);
  check("method is GET", r.tag == 0);
  check("set-method", outgoing_set_method(q, 9, TEXT("BREW")) == 0 && outgoing_set_method(q, 9, TEXT("no good")) == 1);
  outgoing_method(q, &r);
  check("other method", r.tag == 9 && is(text_at(&r, 1), "BREW"));
  outgoing_path(q, &r);
  check("no path", r.tag == 0);
  check("set-path", outgoing_set_path(q, 1, TEXT("/a?b")) == 0 && outgoing_set_path(q, 1, TEXT("/a b")) == 1);
  outgoing_path(q, &r);
  check("path", r.tag == 1 && is(text_at(&r, 1), "/a?b"));
  check("set-scheme", outgoing_set_scheme(q, 1, 1, "", 0) == 0 && outgoing_set_scheme(q, 1, 2, TEXT("1x")) == 1);
  outgoing_scheme(q, &r);
  check("scheme", r.tag == 1 && r.bytes[4] == 1);
  check("set-authority", outgoing_set_authority(q, 1, TEXT("example.org:80")) == 0 &&
                             outgoing_set_authority(q, 1, TEXT("a b")) == 1 &&
                             outgoing_set_authority(q, 1, TEXT("a:99999")) == 1);
  outgoing_authority(q, &r);
  check("authority", r.tag == 1 && is(text_at(&r, 1), "example.org:80"));
  handle view = outgoing_headers(q);
  fields_delete(view, TEXT("d"), &r);
  check("immutable headers", r.tag == 1 && r.bytes[1] == 2);
  fields_drop(view);
  outgoing_body(q, &r);
  check("request body", r.tag == 0);
  out_body_drop(r.words[1]);
  outgoing_drop(q);

  handle o = options_new();
  options_connect(o, &r);
  check("no timeout", r.tag == 0);
  check("set timeouts", !options_set_connect(o, 1, 5) && !options_set_first(o, 1, 6) && !options_set_between(o, 1, 7));
  options_connect(o, &r);
  check("connect", r.tag == 1 && r.longs[1] == 5);
  options_first(o, &r);
  check("first byte", r.tag == 1 && r.longs[1] == 6);
  options_between(o, &r);
  check("between bytes", r.tag == 1 && r.longs[1] == 7);
  options_drop(o);
}

// A body whose content-length is wrong, of a message that is never sent.
static void check_length(void) {
  result r;
  handle headers = fields_new();
  fields_append(headers, TEXT("content-length"), TEXT("5"), &r);
  handle response = response_new(headers);
  response_body(response, &r);
  handle body = r.words[1];
  out_body_write(body, &r);
  handle out = r.words[1];
  out_write(out, "abcdefgh", 8, &r);
  check("too long", r.tag == 1 && r.bytes[4] == 0);
  result code;
  http_error_code(r.words[2], &code);
  // option<error-code>: tags at 0 and 8, option<u64> at 16.
  check("body size", code.tag == 1 && code.bytes[8] == 28 && code.bytes[16] == 1 && code.longs[3] == 8);
  error_drop(r.words[2]);
  out_drop(out);
  out_body_finish(body, 0, 0, &r);
  check("finish", r.tag == 1 && r.bytes[8] == 28);
  response_drop(response);
}

static void types(handle request, handle outparam) {
  result r;
  handle view = request_headers(request);
  fields_set(view, TEXT("a"), 0, 0, &r);
  check("incoming headers", r.tag == 1 && r.bytes[1] == 2);
  fields_drop(view);
  check_fields();
  check_request();
  check_length();
  request_consume(request, &r);
  check("consume", r.tag == 0);
  in_body_drop(r.words[1]);
  request_consume(request, &r);
  check("consume once", r.tag == 1);
  outparam_inform(outparam, 200, fields_new(), &r);
  check("inform", r.tag == 1 && r.bytes[8] == 35);
  if (!line_size) puts_("as it should be\n");
  answer_line(outparam, 200, "text/plain");
}

// A request of the guest's own, to the authority that the path names: its response is passed on.
static void fetch(handle outparam, text path) {
  result r;
  text authority = {path.data + length("/fetch/"), path.size - length("/fetch/")};
  handle q = outgoing_new(fields_new());
  must(outgoing_set_authority(q, 1, authority.data, authority.size) == 0);
  must(outgoing_set_scheme(q, 1, 0, "", 0) == 0);
  must(outgoing_set_path(q, 1, TEXT("/")) == 0);
  send(q, 0, 0, &r);
  if (r.tag) {
    puts_("error ");
    put_number(r.bytes[8]);
    puts_("\n");
    answer_line(outparam, 502, "text/plain");
    return;
  }
  handle future = r.words[2];
  handle ready = future_subscribe(future);
  pollable_block(ready);
  pollable_drop(ready);
  future_get(future, &r);
  must(r.tag == 1 && r.bytes[8] == 0);
  if (r.bytes[16]) {
    puts_("error ");
    put_number(r.bytes[24]);
    puts_("\n");
    answer_line(outparam, 502, "text/plain");
    return;
  }
  handle response = r.words[6];
  u32 status = incoming_status(response);
  handle headers = incoming_headers(response);
  handle copy = fields_clone(headers);
  fields_drop(headers);
  fields_delete(copy, TEXT("content-length"), &r);
  incoming_consume(response, &r);
  must(r.tag == 0);
  handle body = r.words[1];
  in_body_stream(body, &r);
  handle in = r.words[1];
  writer w = begin(outparam, status, copy);
  u32 mark = used;
  for (;;) {
    in_blocking_read(in, 16384, &r);
    if (r.tag || !write_all(w, (const char *)r.words[1], r.words[2])) break;
    used = mark;
  }
  in_drop(in);
  in_body_drop(body);
  incoming_drop(response);
  future_drop(future);
  finish(w);
}

// Keeps the compiler from knowing that loops have no end.
static volatile u32 sink;

#ifdef COMPOSED
IMPORT("test:http/numbers", "next") u32 next_number(void);
static int kept;
#endif

static void route(handle request, handle outparam) {
  result r;
  request_path(request, &r);
  text path = {"", 0};
  if (r.tag) path = text_at(&r, 1);
  if (starts_with(path, "/json")) json(request, outparam, path);
  else if (is(path, "/echo")) echo(request, outparam, 0);
  else if (is(path, "/splice")) echo(request, outparam, 1);
  else if (is(path, "/count")) count(request, outparam);
  else if (is(path, "/stream")) stream(outparam);
  else if (starts_with(path, "/bytes/")) bytes(outparam, path);
  else if (is(path, "/types")) types(request, outparam);
  else if (starts_with(path, "/fetch/")) fetch(outparam, path);
#ifdef COMPOSED
  else if (is(path, "/next")) {
    put_number(next_number());
    puts_("\n");
    answer_line(outparam, 200, "text/plain");
  }
  else if (is(path, "/keep")) { // does not let go of its request
    request_consume(request, &r);
    puts_("kept\n");
    answer_line(outparam, 200, "text/plain");
    request_headers(request);
    kept = 1;
  }
#endif
  else if (is(path, "/sized")) { // content-length, and no more than that
    handle headers = content_type("text/plain");
    fields_append(headers, TEXT("content-length"), TEXT("3"), &r);
    writer w = begin(outparam, 200, headers);
    must(write_all(w, "yes", 3));
    must(finish(w) == 0);
  } else if (is(path, "/short")) { // less than the content-length says
    handle headers = fields_new();
    fields_append(headers, TEXT("content-length"), TEXT("10"), &r);
    writer w = begin(outparam, 200, headers);
    must(write_all(w, "abc", 3));
    must(finish(w) == 1);
  } else if (is(path, "/empty")) {
    handle response = response_new(fields_new());
    response_set_status(response, 204);
    outparam_set(outparam, 0, response, 0, 0, 0, 0, 0, 0);
  } else if (is(path, "/informational")) { // which is no response
    handle response = response_new(fields_new());
    must(response_set_status(response, 101) == 0);
    outparam_set(outparam, 0, response, 0, 0, 0, 0, 0, 0);
  } else if (is(path, "/early")) { // written before it is sent
    handle response = response_new(fields_new());
    response_body(response, &r);
    writer w;
    w.body = r.words[1];
    out_body_write(w.body, &r);
    w.stream = r.words[1];
    out_write(w.stream, "early\n", 6, &r);
    finish(w);
    outparam_set(outparam, 0, response, 0, 0, 0, 0, 0, 0);
  } else if (is(path, "/unfinished")) {
    writer w = begin(outparam, 200, fields_new());
    write_all(w, "half", 4);
    out_drop(w.stream);
    out_body_drop(w.body);
  } else if (is(path, "/children")) { // a request before its headers
    request_headers(request);
    request_drop(request);
  } else if (is(path, "/error")) { // internal-error("no luck")
    outparam_set(outparam, 1, 38, 1, (u32) "no luck", 7, 0, 0, 0);
  } else if (is(path, "/trap")) {
    __builtin_trap();
  } else if (is(path, "/trap-late")) {
    writer w = begin(outparam, 200, fields_new());
    write_all(w, "half", 4);
    __builtin_trap();
  } else if (is(path, "/nothing")) {
  } else if (is(path, "/loop")) {
    for (;;) sink = sink + 1;
  } else if (is(path, "/sleep")) {
    sleep_ns(3600000000000ull);
  } else if (is(path, "/sleep-a-little")) {
    sleep_ns(500000000);
    puts_("awake\n");
    answer_line(outparam, 200, "text/plain");
  } else {
    puts_("no such page\n");
    answer_line(outparam, 404, "text/plain");
  }
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.12#handle"))) void handle_(handle request, handle outparam) {
  line_size = 0;
  used = 0;
#ifdef COMPOSED
  kept = 0;
#endif
  route(request, outparam);
#ifdef COMPOSED
  if (kept) return;
#endif
  request_drop(request);
}
