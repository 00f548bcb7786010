using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Application.Conversations;

namespace SessionService.Api.Conversations;

/// <summary>Binds the session of a path with the id of a conversation.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromConversationIdAttribute : ModelBinderAttribute
{
    public FromConversationIdAttribute()
        : base(typeof(ConversationIdBinder)) =>
        Name = ConversationIdBinder.RouteParameter;

    public override BindingSource BindingSource => BindingSource.Path;
}

internal sealed class ConversationIdBinder : IModelBinder
{
    public const string RouteParameter = "conversation_id";

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var id = (string)bindingContext.HttpContext.GetRouteValue(RouteParameter)!;
        if (ConversationIds.Read(id) is { } sessionId)
        {
            bindingContext.Result = ModelBindingResult.Success(sessionId);
        }
        else
        {
            bindingContext.ModelState.TryAddModelError(RouteParameter, "must be conv_ and 32 hex digits");
        }

        return Task.CompletedTask;
    }
}
