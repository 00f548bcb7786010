using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace SessionService.Api.Keys;

/// <summary>Leaves the routes of keys out where keys name nobody: there would be no key that may use them.</summary>
internal sealed class NoKeyRoutes : IApplicationModelConvention
{
    public void Apply(ApplicationModel application)
    {
        var ofKeys = application.Controllers.Single(controller => controller.ControllerType == typeof(KeysController));
        application.Controllers.Remove(ofKeys);
    }
}
