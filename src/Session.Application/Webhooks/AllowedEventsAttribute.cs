using SessionService.Application.Validation;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

/// <summary>The events that a webhook may choose from, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AllowedEventsAttribute() : AllowedItemsAttribute([.. WebhookEvents.All]);
