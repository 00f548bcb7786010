using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>The schemas of enumerated words. Operations and fields share them, so that a generated client has one type for each.</summary>
internal static class EnumSchemas
{
    // By the names of properties. Where one name has two meanings, the class stands before it.
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Role"] = "MessageRole",
        ["Status"] = "SessionStatus",
        ["Sort"] = "SessionSort",
        ["Order"] = "SortOrder",
        ["Bucket"] = "UsageBucket",
        ["GroupBy"] = "UsageGrouping",
        ["OnError"] = "ImportErrorHandling",
        ["ImportQuery.Ids"] = "ImportIds",
        ["Source"] = "MemorySource",
        ["Sources"] = "MemorySource",
        ["WriteFeedbackRequest.Source"] = "FeedbackSource",
        ["FeedbackResponse.Source"] = "FeedbackSource",
        ["MessageFeedbackResponse.Source"] = "FeedbackSource",
        ["FeedbackConditionsQuery.Source"] = "FeedbackSource",
        ["Include"] = "MessageInclusion",
        ["ListMessagesQuery.Include"] = "MessageListInclusion",
        ["CompleteMessageRequest.Status"] = "MessageEnding",
        ["SearchMemoriesRequest.Mode"] = "MemorySearchMode",
        ["CreateMessageRequest.Status"] = "MessageStatus",
        ["MessageResponse.Status"] = "MessageStatus",
        ["Attachments"] = "AttachmentForm",
        ["DeleteMessageQuery.Mode"] = "MessageDeletion",
        ["In"] = "SearchPlace",
        ["HealthResponse.Status"] = "HealthStatus",
        ["HealthCheckEntry.Status"] = "HealthCheckStatus",
        ["GetContextQuery.Format"] = "ContextFormat",
        ["ContextResponse.Format"] = "ContextFormat",
        ["GetContextQuery.Reasoning"] = "ContextReasoning",
        ["ExportSessionQuery.Format"] = "ExportFormat",
        ["WebhookFields.Events"] = "WebhookEventType",
        ["WebhookResponse.Events"] = "WebhookEventType",
        ["WebhookResponse.DisabledReason"] = "WebhookDisabledReason",
        ["WebhookTestResponse.Error"] = "WebhookDeliveryError",
        ["WebhookDeliveryResponse.LastError"] = "WebhookDeliveryError",
        ["WebhookDeliveryResponse.Status"] = "WebhookDeliveryStatus",
        ["ListDeliveriesQuery.Status"] = "WebhookDeliveryStatus",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string NameOf(MemberInfo member) =>
        Names.GetValueOrDefault($"{member.DeclaringType!.Name}.{member.Name}") ?? Names.GetValueOrDefault(member.Name, member.Name);

    public static OpenApiSchemaReference Share(SchemaRepository schemas, string name, IEnumerable<string> values)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. values.Select(value => (JsonNode)JsonValue.Create(value))],
        };
        if (!schemas.Schemas.TryGetValue(name, out var known))
        {
            return schemas.AddDefinition(name, schema);
        }

        return known.Enum is { } words && words.Select(word => word.GetValue<string>()).SequenceEqual(values, StringComparer.Ordinal)
            ? new OpenApiSchemaReference(name)
            : throw new InvalidOperationException(
                $"The schema {name} has other values elsewhere: name another schema in {nameof(EnumSchemas)}.");
    }
}
