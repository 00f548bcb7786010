using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Domain.Feedback;

namespace SessionService.Api.Feedback;

/// <summary>Binds the name of feedback in a path. Text that is no name is a validation error.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromFeedbackNameAttribute : ModelBinderAttribute
{
    public const string RouteParameter = "name";

    public FromFeedbackNameAttribute()
        : base(typeof(FeedbackNameBinder)) =>
        Name = RouteParameter;

    public override BindingSource BindingSource => BindingSource.Path;
}

internal sealed class FeedbackNameBinder : IModelBinder
{
    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var name = bindingContext.ActionContext.RouteData.Values[FromFeedbackNameAttribute.RouteParameter] as string ?? "";
        if (!FeedbackNames.IsValid(name))
        {
            bindingContext.ModelState.TryAddModelError(FromFeedbackNameAttribute.RouteParameter, FeedbackNames.Rule);
        }

        bindingContext.Result = ModelBindingResult.Success(name);
        return Task.CompletedTask;
    }
}
