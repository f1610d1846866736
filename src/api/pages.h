// The dashboard's files. Its pages are one file, index.html, which finds out from the path what to
// show; /verify is another; everything else is a file of its own name.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome page(Context& context, Call& call);
// The page that checks receipts, and the same as one file to keep.
net::Outcome verify_page(Context& context, Call& call);
net::Outcome verify_file(Context& context, Call& call);
// What no route answers: a file of the dashboard, else 404.
net::Outcome file_or_nothing(Context& context, Call& call);

}  // namespace lp::api
