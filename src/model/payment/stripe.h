/* Stripe's words in ours, for its answers and its events. */
#ifndef AFF_MODEL_PAYMENT_STRIPE_H
#define AFF_MODEL_PAYMENT_STRIPE_H

#include "model/payment/provider.h"
#include "net/stripe.h"

struct session_news stripe_session_news(const struct stripe_session *);
struct return_news stripe_return_news(const struct payment *,
    const struct stripe_return *, bool dispute);

#endif
