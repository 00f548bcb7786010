using FluentValidation;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.DependencyInjection;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Problems;

public sealed class RequestValidatorsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public void Every_request_has_a_validator()
    {
        var metadata = service.Services.GetRequiredService<IModelMetadataProvider>();
        var requests = service.Services.GetRequiredService<IActionDescriptorCollectionProvider>().ActionDescriptors.Items
            .SelectMany(action => action.Parameters)
            .Where(parameter => parameter.BindingInfo?.BindingSource is { } source && (source == BindingSource.Body || source == BindingSource.Query))
            .Select(parameter => parameter.ParameterType)
            .Where(type => metadata.GetMetadataForType(type).IsComplexType)
            .Distinct()
            .ToList();

        Assert.True(requests.Count >= 15);
        Assert.All(requests, type => Assert.NotNull(service.Services.GetService(typeof(IValidator<>).MakeGenericType(type))));
    }
}
