using System.Collections.Frozen;
using Microsoft.OpenApi;
using SessionService.Api.Conversations;
using SessionService.Application.Conversations;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SessionService.Api.OpenApi;

/// <summary>Describes the parameters of paths, which the operations share, and refers to shared schemas directly.</summary>
internal sealed class ServiceParameterFilter : IParameterFilter
{
    private static readonly FrozenDictionary<string, string> Descriptions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["session_id"] = "The session's id.",
        ["user_id"] = "The user, percent-encoded; a slash as `%2F`.",
        ["attachment_id"] = "The attachment's id.",
        ["memory_id"] = "The memory's id.",
        ["key_id"] = "The key's id.",
        ["webhook_id"] = "The webhook's id.",
        ["delivery_id"] = "The id of the delivery: that of its event.",
        ["sequence"] = "The message's number.",
        [ConversationIdBinder.RouteParameter] = "The conversation's id: `conv_` and the session's UUID, with or without hyphens.",
        ["item_id"] = "The item's id.",
        ["branch_id"] = "The branch's number.",
        ["name"] = "The name of the feedback, such as `rating`.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public void Apply(IOpenApiParameter parameter, ParameterFilterContext context)
    {
        if (parameter is OpenApiParameter { Schema: OpenApiSchema { AllOf: [var shared], Default: null } } plain)
        {
            plain.Schema = shared;
        }

        if (parameter is OpenApiParameter { In: ParameterLocation.Path } ofPath)
        {
            ofPath.Description = Descriptions[ofPath.Name!];
            if (ofPath.Name == ConversationIdBinder.RouteParameter)
            {
                ofPath.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = ConversationIds.Pattern };
            }
        }
    }
}
