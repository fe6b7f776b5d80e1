// An HTTP server of web standards: what a fetch event is given and answers. tests/real/README.md says what is asked of it.
const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

// Parts that are enqueued one turn after the other, so that a body has no length before it ends.
function lines(count) {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      await Promise.resolve();
      if (next === count) {
        controller.close();
      } else {
        controller.enqueue(encoder.encode(`line ${next++}\n`));
      }
    },
  });
}

async function answer(request) {
  const url = new URL(request.url);
  switch (`${request.method} ${url.pathname}`) {
    case "GET /json":
      return json({ method: request.method, query: Object.fromEntries(url.searchParams), agent: request.headers.get("x-agent") });
    case "POST /echo":
      return new Response(await request.arrayBuffer(), { headers: { "content-type": "application/octet-stream" } });
    case "POST /echo-stream":
      return new Response(request.body);
    case "GET /stream":
      return new Response(lines(Number(url.searchParams.get("lines") ?? "5")), { headers: { "content-type": "text/plain" } });
    case "GET /fail":
      throw new Error("asked to fail");
    default:
      return json({ error: `nothing at ${request.method} ${url.pathname}` }, 404);
  }
}

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
